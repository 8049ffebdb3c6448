package splat

// What the names of crash files end with.
const crashEnd = ".crash"
