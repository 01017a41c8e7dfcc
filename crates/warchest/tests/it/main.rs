
mod special;
