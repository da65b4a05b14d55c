// What JavaScript adds to the desk. Without it every page works: all questions are shown.
import { initAll } from './govuk-frontend.min.js'

initAll()

// a question that is only asked after one answer is hidden until it is given
const asked = [...document.querySelectorAll('[data-shown-if]')]
const show = () => {
  for (const question of asked) {
    const [name, value] = question.dataset.shownIf.split('=')
    const chosen = [...document.getElementsByName(name)].filter((field) => field.checked || field.tagName === 'SELECT')
    const isWrong = question.querySelector('.govuk-error-message') !== null
    question.hidden = !isWrong && !chosen.some((field) => value.split('|').includes(field.value))
  }
}
if (asked.length) {
  document.addEventListener('change', show)
  show()
}

// keys 1, 2 and 3 choose a verdict, unless somebody is typing
const verdicts = [...document.getElementsByName('verdict')]
if (verdicts.length) {
  document.addEventListener('keydown', (event) => {
    const typing = ['INPUT', 'TEXTAREA', 'SELECT'].includes(event.target.tagName) && event.target.type !== 'radio'
    const chosen = verdicts[Number(event.key) - 1]
    if (!typing && chosen && !event.ctrlKey && !event.altKey && !event.metaKey) {
      chosen.checked = true
      chosen.focus()
    }
  })
}
