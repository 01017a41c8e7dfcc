//! Whole command lines.

mod breaking;
mod broken;
mod claims;
mod curve;
mod curve_wrong;
mod explain;
mod price;
mod program;
mod runs;
mod score;
mod summary;
mod verbs;
