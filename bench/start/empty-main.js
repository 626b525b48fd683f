// The least that a command can be.
export const main = () => 0
