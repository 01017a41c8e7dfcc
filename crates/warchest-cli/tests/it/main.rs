//! Whole command lines.

mod breaking;
mod broken;
mod claims;
mod explain;
mod curve;
mod curve_wrong;
mod price;
mod program;
mod runs;
mod summary;
mod verbs;
