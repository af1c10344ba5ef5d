//! The real app, the real server, a real browser. Each test owns its server, its keyring and its browser.

mod accessibility;
mod activation;
mod certificate;
mod end_of_device;
mod environment;
mod headless;
mod keyboard;
mod keychain;
mod main_job;
mod password;
mod qr;
mod requests;
mod site_of_two_hosts;
mod sms;
mod told;
