/** The product with the head may be in 8-bit blocks whose scale is a half float: unscaled, small gradients vanish in it. */
export const HEAD_SCALE = 1024;
