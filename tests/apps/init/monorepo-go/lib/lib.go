package lib

// Two is two.
const Two = 2
