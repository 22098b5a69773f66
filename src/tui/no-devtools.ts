/** In place of react-devtools-core, which Ink imports when asked to debug itself: in a bundle the import would come first, asked for or not. */
const nothing = {}

export { nothing as default }
