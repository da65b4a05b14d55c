"""Other spellings of a name and wrong birth dates: how one person becomes several."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random


def _groups(text: str) -> dict[str, tuple[str, ...]]:
    """Each line is one name in all its forms. Returns for each form the others."""
    forms = [line.split() for line in text.strip().splitlines()]
    return {form: tuple(other for other in group if other != form) for group in forms for form in group}


FORENAMES = _groups("""
Elizabeth Liz Beth Lizzie Eliza
Katherine Kate Kathryn Catherine Katie Cathy
Rebecca Becky Rebekah Becca
Jennifer Jenny Jen
Victoria Vicky Tori
Samantha Sam Sammy
Margaret Maggie Peggy Meg
Patricia Pat Trish Tricia
Christine Chris Chrissie
Susan Sue Susie
Deborah Debbie Debra Debs
Joanne Jo Joanna
Alexandra Alex Lexi Sandra
Philippa Pippa Pip
Georgina Georgie Gina
Nicola Nicky Nikki
Natalie Nat Nathalie
Danielle Dani Daniella
Abigail Abi Abby
Sarah Sara
Claire Clare Clair
Tracey Tracy
Kirsty Kirstie
Siobhan Shivaun Chevonne
Niamh Neve
Catriona Catrina
Bethan Beth
Christopher Chris Kris Topher
Michael Mike Mick Micky Michal
Daniel Dan Danny
Matthew Matt Mathew
Robert Rob Bob Robbie Bobby
Stephen Steve Steven Stevie
Richard Rich Rick Dick Ricky
Thomas Tom Tommy
Jonathan Jon Jonny Johnathan
Benjamin Ben Benny
William Will Bill Billy Liam
James Jim Jimmy Jamie
Anthony Tony Antony Ant
Andrew Andy Drew
David Dave Davey Dai
Nicholas Nick Nicky Nicolas
Joseph Joe Joey
Samuel Sam Sammy
Joshua Josh
Alexander Alex Sandy Xander
Edward Ed Eddie Ted Ned
Charles Charlie Chas Chuck
Philip Phil Phillip
Terence Terry Tel
Raymond Ray
Frederick Fred Freddie
Albert Bert Albie
Stuart Stewart Stu
Ian Iain
Shaun Sean Shane
Kieran Ciaran
Gary Garry Gaz
Darren Daz Darran
Gareth Gaz Garth
Patrick Paddy Pat Padraig
Alasdair Alistair Alastair Ally
Callum Calum Cal
Mohammed Muhammad Mohamed Mohammad Mohamad Muhammed
Hussein Hussain Husayn
Yusuf Youssef Yousef Yousuf
Ahmed Ahmad Ahmet
Omar Umar Omer
Usman Osman Uthman
Khalid Khaled
Tariq Tarek Tareq
Hassan Hasan
Ibrahim Ebrahim
Aisha Ayesha Aysha Aisyah
Fatima Fatimah Fatema
Zainab Zaynab Zeinab
Maryam Mariam Miriam
Layla Leila Laila
Gurpreet Gurprit
Harpreet Harprit
Oluwaseun Seun
Chukwuemeka Emeka
Babatunde Tunde
Piotr Peter
Krzysztof Christopher Chris
Andrzej Andrew
Tomasz Tomek Thomas
Pawel Paul
Malgorzata Margaret Gosia
Katarzyna Kasia Katherine
Agnieszka Aga Agnes
Aleksandra Ola Alexandra
Alexandru Alex Sandu
Gheorghe George
Mihai Michael
Xiaoling Xiao-Ling
""")

SURNAMES = _groups("""
Smith Smyth Smythe
Clarke Clark
Thompson Thomson
Taylor Tayler
Phillips Philips
Matthews Mathews
Reid Reed Read
MacDonald McDonald
MacKenzie McKenzie
MacLeod McLeod
Johnston Johnstone Johnson
Stewart Stuart
O'Brien OBrien
O'Connor OConnor
O'Neill O'Neil ONeill
O'Reilly Reilly
O'Sullivan Sullivan
Doherty Dougherty
Hussain Hussein Husain
Ahmed Ahmad
Chowdhury Choudhury Chaudhry Choudhry
Rahman Rehman
Mahmood Mehmood
Miah Mia
Siddiqui Siddique
Sheikh Shaikh
Hossain Hussain
Mohamud Mohamed
Al-Masri Almasri Masri
El-Sayed Elsayed Sayed
Al-Jabouri Aljabouri Jabouri
Davies Davis
Rees Reece
Llewellyn Llewelyn
Zhang Cheung
Chen Chan
Wang Wong
Liu Lau
Huang Wong
Zhou Chow
Wojcik Woicik
Szymanski Shimanski
Whyte White
""")


def other_form(rng: Random, name: str, forms: dict[str, tuple[str, ...]] | None = None) -> str:
    """A nickname, spelling or transliteration of the name, or the name itself if it has none."""
    others = (FORENAMES if forms is None else forms).get(name)
    return rng.choice(others) if others else name


def misspelt(rng: Random, word: str) -> str:
    """The name with one typing fault: two letters swapped, one lost, doubled or wrong. The first letter stays."""
    if len(word) < len("Abc"):
        return word
    at = 1 + int(rng.random() * (len(word) - 2))
    match int(rng.random() * 4):
        case 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case 1:
            return word[:at] + word[at + 1 :]
        case 2:
            return word[: at + 1] + word[at:]
        case _:
            return word[:at] + rng.choice("aeionrst") + word[at + 1 :]


def swapped_day_and_month(rng: Random, born: date) -> date:
    """Day and month swapped. A neighbouring day if the swap would change nothing or make no date."""
    try:
        swapped = born.replace(month=born.day, day=born.month)
    except ValueError:
        return born + timedelta(days=rng.choice((-1, 1)))
    return swapped if swapped != born else born + timedelta(days=1)


def wrong_year(rng: Random, born: date) -> date:
    return born.replace(year=born.year + rng.choice((-1, 1)), day=min(born.day, 28))


def wrong_digit(rng: Random, born: date) -> date:
    """The date with one wrong digit in the day, month or decade."""
    figures = rng.choice(((born.year + rng.choice((-10, 10)), born.month, born.day),
                          (born.year, 1 + (born.month + rng.choice((2, 5))) % 12, min(born.day, 28)),
                          (born.year, born.month, 1 + (born.day + rng.choice((3, 10))) % 28)))  # fmt: skip
    return date(figures[0], figures[1], min(figures[2], 28))


SLIPS: tuple[Callable[[Random, date], date], ...] = (swapped_day_and_month, wrong_year, wrong_digit)


def slipped(rng: Random, born: date) -> date:
    """A wrong birth date near the right one, by one of the usual faults. Never the right one."""
    wrong = rng.choice(SLIPS)(rng, born)
    return wrong if wrong != born else born + timedelta(days=1)


def partial(rng: Random, born: date) -> str:
    return born.isoformat()[: rng.choice((len("YYYY"), len("YYYY-MM")))]
