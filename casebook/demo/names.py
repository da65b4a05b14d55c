"""Names as in a police index: many origins, a few very common names and a long tail."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

POOL = 8192  # entries of a pool; a common name is in it many times, so a draw is one index


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def pool(text: str, tail: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Spread names, commonest first, over a pool by Zipf's law with a shifted rank."""
    names = (*words(text), *tail)
    weights = [1 / (rank + 9) ** 0.9 for rank in range(len(names))]
    scale = POOL / sum(weights)
    return tuple(
        name for name, weight in zip(names, weights, strict=True) for _ in range(max(1, round(weight * scale)))
    )


def draw(rng: Random, entries: tuple[str, ...]) -> str:
    return entries[int(rng.random() * len(entries))]


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    share: int  # of a hundred people
    f: tuple[str, ...]
    m: tuple[str, ...]
    surnames: tuple[str, ...]

    def forename(self, rng: Random, sex: str) -> str:
        return draw(rng, self.m if sex == "m" else self.f)

    def surname(self, rng: Random) -> str:
        return draw(rng, self.surnames)


# the long tail of English surnames: places that could be anywhere
_FIRST = words("""Ash Brad Hart Whit Thorn Lang Rad Hol Wood Stan Kings Mar Nor Wes East Bur Hal Ald El Cran Fair
Green Had Brom Dal Hen Lin Mil New Pres Red Rush Shel Sut Til Wal Wind Wor Clay Cold Bar Beck Blake
Copp Darn Ever Fen Gar Hazel Kel Lock""")
_LAST = words("""ley ton well worth ford by wick ham field bourne croft den bury stead hurst combe shaw more man
brook""")
ENGLISH_TAIL = tuple(first + last for last, first in product(_LAST, _FIRST))
_GREAT = words("Van Bel Cor Dra Mun Sto Tur Vla Lup Ner")
ROMANIAN_TAIL = tuple(first + last for last, first in product(words("escu eanu aru ica oiu"), _GREAT))
POLISH_TAIL = tuple(
    first + last
    for last, first in product(
        words("owski ewski icki inski czak"), words("Bor Dab Gor Jan Kal Lis Mal Ost Pol Rad Sad Tom Wal Zal")
    )
)

ENGLISH = Origin(
    share=47,
    f=pool("""Sarah Emma Laura Rebecca Elizabeth Katherine Charlotte Jessica Jennifer Nicola Rachel Louise
Victoria Samantha Michelle Claire Amy Lucy Hannah Sophie Chloe Emily Olivia Amanda Lisa Karen Susan
Margaret Patricia Christine Julie Deborah Joanne Tracey Alison Helen Jane Angela Natalie Kelly
Stacey Gemma Danielle Lauren Megan Abigail Grace Ella Lily Alexandra Philippa Georgina Frances
Teresa Wendy Paula Donna Leanne Hayley Kirsty Zoe Bethany Jade Shannon Paige Holly Molly Harriet"""),
    m=pool("""David James Paul Christopher Andrew Michael Daniel Matthew Robert Stephen Mark Richard Thomas
Jonathan Benjamin William John Lee Adam Anthony Ian Simon Gary Darren Jason Peter Kevin Neil Stuart
Nicholas Joseph Samuel Jack Luke Ryan Joshua Liam Alexander Edward George Harry Oliver Charles Craig
Dean Wayne Carl Shaun Scott Nathan Jamie Kieran Connor Kyle Jordan Bradley Ashley Philip Martin
Graham Barry Keith Trevor Terence Raymond Leslie Frederick Albert Alfie Tyler Reece"""),
    surnames=pool(
        """Smith Jones Taylor Brown Wilson Johnson Walker Wright Thompson White Hughes Edwards Green Hall Wood
Harris Clarke Jackson Turner Hill Cooper Ward Moore King Baker Harrison Morris Lee Allen Parker Cook
Bennett Shaw Carter Phillips Cox Mason Richardson Marshall Webb Rogers Hunt Mills Palmer Holmes
Matthews Gibson Fisher Barnes Knight Lloyd Butler Barker Dixon Fletcher Hudson Saunders Day Pearson
Reynolds Ford Russell Payne Lane Chapman Andrews Fox Ellis Cole West Bradley Stone""",
        ENGLISH_TAIL,
    ),
)
SCOTTISH = Origin(
    share=8,
    f=pool("""Fiona Catriona Eilidh Mairi Kirsty Morag Shona Isla Ailsa Heather Lorna Rhona Sheena Lesley Elspeth
Iona Aileen"""),
    m=pool("""Ian Alasdair Hamish Callum Duncan Angus Fraser Gordon Craig Ross Euan Gregor Finlay Stuart Donald
Kenneth Murdo"""),
    surnames=pool("""MacDonald Campbell Stewart Robertson Thomson Anderson Murray Reid Ross MacKenzie Scott Fraser Young
Paterson Hamilton Graham Kerr Johnston McLean MacLeod Sutherland Gordon Hunter Duncan Ferguson Grant
Wallace Sinclair Munro Buchanan McIntosh McKay McGregor McMillan Cameron Drummond Lindsay Muir Baird
Rennie Guthrie Carnegie Dalziel Farquhar Geddes"""),
)
IRISH = Origin(
    share=7,
    f=pool("""Siobhan Niamh Aoife Sinead Roisin Ciara Orla Bridget Maureen Kathleen Deirdre Grainne Caoimhe
Aisling Nuala Mary"""),
    m=pool("""Sean Patrick Liam Declan Brendan Ciaran Conor Padraig Eoin Niall Cormac Fergal Seamus Donal Gerard
Kevin Eamon"""),
    surnames=pool("""Murphy Kelly O'Sullivan Walsh O'Brien Byrne Ryan O'Connor O'Neill O'Reilly Doyle McCarthy Gallagher
Doherty Kennedy Lynch Quinn McLaughlin O'Donnell Brennan Burke Daly Nolan O'Callaghan Fitzgerald
McGrath Duffy Keane Maguire Flynn Hennessy Tierney Rafferty Cullinane Geraghty Kilbride Mulligan
Scanlon Timoney Heffernan"""),
)
WELSH = Origin(
    share=6,
    f=pool("""Sian Carys Bethan Rhiannon Cerys Angharad Megan Ffion Nia Gwen Lowri Eleri Catrin Branwen Mair Non
Seren Delyth"""),
    m=pool("""Gareth Rhys Huw Owain Dafydd Dylan Gethin Aled Iwan Emyr Geraint Ieuan Llewelyn Evan Morgan Gwilym
Hywel Idris"""),
    surnames=pool("""Jones Davies Williams Evans Thomas Roberts Lewis Griffiths Morgan Hughes Price Owen Jenkins Powell
Rees Howells Pritchard Parry Bevan Vaughan Llewellyn Beynon Probert Prosser Gwynne Mostyn Penry
Tudor Cadwaladr Ellis"""),
)
MUSLIM_SOUTH_ASIAN = Origin(
    share=8,
    f=pool("""Fatima Aisha Zainab Maryam Nadia Saima Shazia Rukhsana Yasmin Samina Khadija Farzana Nasreen Sumaira
Amina Parveen"""),
    m=pool("""Mohammed Ali Imran Asif Tariq Usman Bilal Kashif Adnan Naveed Zahid Shahid Abdul Yusuf Ibrahim Hamza
Faisal Waqas Rashid Javed Khalid Sajid Hassan Junaid Omar"""),
    surnames=pool("""Khan Hussain Ahmed Ali Begum Akhtar Mahmood Malik Iqbal Chowdhury Rahman Miah Uddin Islam Shah
Mirza Qureshi Butt Raja Aslam Bashir Rafiq Siddiqui Sheikh Javed Bhatti Chaudhry Hossain Rashid Saeed
Zaman Anwar Kazmi"""),
)
SIKH_AND_HINDU = Origin(
    share=5,
    f=pool("""Harpreet Manjit Jaspreet Gurpreet Amandeep Priya Anjali Sunita Kavita Meena Deepa Pooja Rekha Neha
Kiran Nisha"""),
    m=pool("""Harjit Gurdeep Sukhdev Amarjit Balwinder Rajesh Sanjay Amit Vijay Rakesh Nikhil Ravi Anil Deepak
Manoj Jagdeep"""),
    surnames=pool("""Singh Patel Kaur Sharma Shah Gill Sandhu Dhillon Kumar Gupta Mistry Desai Joshi Mehta Chauhan Bains
Sidhu Grewal Parmar Solanki Varma Reddy Nair Bhogal Dosanjh Virdee"""),
)
AFRICAN = Origin(
    share=4,
    f=pool("""Ngozi Folake Chioma Adaeze Abena Ama Efua Yetunde Temitope Blessing Patience Comfort Amina Hodan
Tendai Rutendo"""),
    m=pool("""Oluwaseun Chukwuemeka Kwame Kofi Emeka Tunde Babatunde Kwabena Ifeanyi Samuel Emmanuel Tendai
Tafadzwa Abdi Femi"""),
    surnames=pool("""Okafor Adeyemi Mensah Osei Okonkwo Adebayo Boateng Owusu Eze Balogun Moyo Ncube Asante Appiah Nwosu
Afolabi Ogunleye Danso Chikwanha Warsame Abdullahi Mohamud Tesfaye Haile Mwangi Otieno"""),
)
CARIBBEAN = Origin(
    share=3,
    f=pool("""Shanice Keisha Marcia Beverley Sonia Yvonne Althea Claudette Simone Shantelle Latoya Monique
Chantelle Gloria"""),
    m=pool("""Delroy Winston Leroy Marlon Courtney Errol Desmond Clive Jermaine Tyrone Dwayne Andre Marcus Curtis
Kareem Devon"""),
    surnames=pool("""Campbell Brown Williams Grant Gordon Francis Clarke Reid Bailey Henry Morgan Powell Samuels Barrett
Dacosta Pinnock Palmer Facey Blackwood Whyte Gayle Mcfarlane Tulloch Wynter"""),
)
POLISH = Origin(
    share=5,
    f=pool("""Anna Katarzyna Agnieszka Malgorzata Joanna Magdalena Ewa Monika Justyna Aleksandra Karolina Beata
Dorota Natalia"""),
    m=pool("""Piotr Krzysztof Andrzej Tomasz Pawel Marcin Michal Grzegorz Lukasz Adam Mateusz Jakub Wojciech
Dariusz Mariusz"""),
    surnames=pool(
        """Nowak Kowalski Wisniewski Wojcik Kowalczyk Kaminski Lewandowski Zielinski Szymanski Wozniak
Dabrowski""",
        POLISH_TAIL,
    ),
)
ROMANIAN = Origin(
    share=3,
    f=pool("""Maria Elena Andreea Ioana Mihaela Alexandra Cristina Daniela Ana Gabriela Simona Raluca Roxana Alina
Florentina"""),
    m=pool("""Andrei Alexandru Ionut Mihai Florin Cristian Marian Gheorghe Constantin Adrian Bogdan Vasile Nicolae
Razvan Stefan"""),
    surnames=pool(
        """Popa Popescu Ionescu Radu Dumitru Stan Stoica Gheorghe Matei Rusu Munteanu Ciobanu Constantin""",
        ROMANIAN_TAIL,
    ),
)
CHINESE = Origin(
    share=2,
    f=pool("""Mei Xiu Li Ying Jing Yan Hui Min Fang Xia Wai Siu Ka-Yan Wing-Yee Mei-Ling Hoi Suk Xiaoling Yuk Pui"""),
    m=pool("""Wei Jun Ming Hao Jian Lei Feng Chun Kwok Chi-Wai Ka-Ho Tsz Wing Yong Bin Kin-Man Zhiqiang Ho Long
Siu"""),
    surnames=pool("""Chen Wong Li Zhang Wang Liu Chan Lau Cheung Lee Yang Huang Lam Ng Leung Ho Zhao Wu Zhou Tang Xu Sun
Yip Tse"""),
)
ARABIC = Origin(
    share=2,
    f=pool("""Layla Fatima Noor Huda Rania Salma Amal Dina Hanan Iman Mona Samira Zahra Lina Rasha Sawsan Nawal
Suad Maha"""),
    m=pool("""Mohammed Ahmed Mahmoud Mustafa Hussein Youssef Khaled Omar Abdullah Hassan Karim Tarek Walid Ibrahim
Samir Nabil"""),
    surnames=pool("""Al-Masri Hassan El-Sayed Haddad Khalil Mansour Saleh Nasser Al-Jabouri Farah Aziz Hamdan Abdallah
Najjar Ibrahim"""),
)
_BRITISH = (ENGLISH, SCOTTISH, IRISH, WELSH)
_OVERSEAS = (MUSLIM_SOUTH_ASIAN, SIKH_AND_HINDU, AFRICAN, CARIBBEAN, POLISH, ROMANIAN, CHINESE, ARABIC)
ORIGINS = tuple(origin for origin in (*_BRITISH, *_OVERSEAS) for _ in range(origin.share))  # a hundred
