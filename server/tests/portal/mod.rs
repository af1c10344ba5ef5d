//! The pages, driven as a browser without JavaScript drives them: cookies, hidden fields, forms.

mod demo;
mod look;
mod refusals;
mod robots;
mod session;
mod sign_in;
