//! Reads the arguments and joins the parts.

fn main() {}
