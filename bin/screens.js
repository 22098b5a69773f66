/** Loads the terminal screens, an ES module of its own. Not by the program itself: what runs from its compiled form cannot import modules. */
module.exports = () => import('../dist/tui.mjs')
