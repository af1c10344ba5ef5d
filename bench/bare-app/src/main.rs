//! The bare app. Phones would enter through [`bare_app::run`], as they do with the app.

fn main() {
    bare_app::run();
}
