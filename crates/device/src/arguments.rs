//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// A device without a screen.
///
/// It does what the app does (activates, watches, reveals, rejects, makes PINs) from the command line, one step a
/// process. FOR TESTS: its secrets lie in a plain file (0600) under --home, and release builds refuse to start.
///
/// Answers go to standard output. Failures go to standard error as one line of JSON with `code`
/// (docs/error-codes.md). Exit codes: 0 done, 2 wrong arguments, 3 refused by the server, 4 no network or no Aldaba
/// server there, 5 the store failed, 6 not activated, 7 the device is frozen, revoked or unknown, 8 the clock is off,
/// 9 a release build.
#[derive(Parser)]
#[command(name = "aldaba-device", version)]
pub struct Arguments {
    /// Address of the backend: https, or http on loopback. An activated device keeps its own.
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// Folder of this device. One folder is one device.
    #[arg(long, value_name = "DIR")]
    pub home: PathBuf,
    /// Say that the system made sure that it is the device's owner, as a phone's lock does.
    #[arg(long, global = true)]
    pub user_verified: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The steps.
#[derive(Subcommand)]
pub enum Command {
    /// Ask for an activation code by SMS. Prints the activation's id.
    Activate {
        /// DNI or NIE.
        document: String,
        /// Validity date, issue date or support number.
        contrast: String,
        /// Name of the device.
        #[arg(long, default_value = "aldaba-device")]
        name: String,
        /// Language of the SMS: es or en.
        #[arg(long, default_value = "es")]
        language: String,
        /// Print {"activation_id", "expires_in"} instead of the bare id.
        #[arg(long)]
        json: bool,
    },
    /// End an activation with the code of the SMS.
    Confirm {
        /// What `activate` printed.
        activation_id: String,
        /// The code, in any usual spelling.
        code: String,
    },
    /// Ask for another code for the activation that waits here.
    Resend,
    /// List the live requests.
    Requests {
        /// Print an array of JSON objects instead of one line a request.
        #[arg(long)]
        json: bool,
    },
    /// Tell the server that the PIN of a request is being shown, and print it: the PIN and nothing else.
    Reveal {
        /// Id of the request.
        id: String,
    },
    /// Bring up the request of the page that shows this code. Prints it as JSON.
    Lookup {
        /// Eight characters, in any usual spelling.
        code: String,
    },
    /// Refuse a request.
    Reject {
        /// Id of the request.
        id: String,
        /// Why.
        #[arg(long, value_enum, default_value_t = Reason::NotMe)]
        reason: Reason,
    },
    /// Bring up what the text of a page's QR names. Prints it as JSON.
    Scan {
        /// The text, or with --picture the file that shows it.
        text: String,
        /// `text` is a PNG or JPEG file.
        #[arg(long)]
        picture: bool,
    },
    /// Bring up what a link for the app names. Prints it as JSON.
    Open {
        /// `aldaba://request?c=…` or the server's own `https://…/open/request#c=…`.
        link: String,
    },
    /// Approve a request that began with a page's QR. Prints until when the page may use it.
    Approve {
        /// Id of the request.
        id: String,
        /// The phrase that the page shows.
        #[arg(long)]
        phrase: String,
    },
    /// Print the self-generated PIN of this moment. Needs no network.
    Pin {
        /// Print the PIN for the page that shows this challenge instead.
        #[arg(long, value_name = "CODE")]
        challenge: Option<String>,
    },
    /// Tell about this device.
    Device {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print what happens as JSON lines, until interrupted.
    Watch,
    /// End this device at the server and delete its secrets.
    Deactivate,
}

/// Why a request is refused.
#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Reason {
    /// Somebody else made it: two of these in a day mute such requests for 24 hours.
    NotMe,
    /// It was me.
    ChangedMind,
}
