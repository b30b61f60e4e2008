//! Functions made of the operations that IEEE 754 defines to the last bit, so that training gives the same bytes everywhere:
//! `f64::exp` and `f64::ln` differ between platforms.

/// e to the power of `x`, for |x| up to 700.
pub(crate) fn exp(x: f64) -> f64 {
    let x = x.clamp(-700.0, 700.0);
    let halvings = 10;
    let small = x / f64::from(1 << halvings);
    // Taylor's series: the argument is below 0.7, and twenty terms are more than a double holds.
    let mut term = 1.0;
    let mut sum = 1.0;
    for n in 1..20 {
        term *= small / f64::from(n);
        sum += term;
    }
    for _ in 0..halvings {
        sum *= sum;
    }
    sum
}

/// The logistic function.
pub(crate) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}
