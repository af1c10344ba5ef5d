//! `GET /demo/messages`: the SMS that nobody was sent, for programs and for people.
//!
//! As JSON, oldest first: `[{"to": "+34…", "text": "…", "sent_at": "2031-05-17T09:30:00.123Z"}]`; `sent_at` is RFC 3339
//! in UTC. As a page, for who prefers text/html, newest first.

use aldaba_core::time::Timestamp;
use aldaba_store::outbox;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use crate::app::App;
use crate::portal::{Failure, Page, Reply, Visitor, date_and_time};
use crate::texts::FluentValue;

/// The most that is shown.
const SHOWN: u32 = 1000;

#[derive(Serialize)]
struct Sent {
    to: String,
    text: String,
    sent_at: String,
}

#[derive(Template)]
#[template(path = "demo/messages.html")]
struct MessagesPage {
    page: Page,
    messages: Vec<Shown>,
    newest: String,
}

struct Shown {
    to: String,
    text: String,
    sent_at: String,
    when: String,
}

/// `GET /demo/messages`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> Response {
    let found = app
        .store()
        .read(|tx| Box::pin(async move { outbox::list(tx, SHOWN).await }))
        .await;
    let now = app.now();
    let messages: Vec<outbox::Message> = match found {
        // What is to leave later has not arrived yet.
        Ok(messages) => messages.into_iter().filter(|message| message.due_at <= now).collect(),
        Err(error) => return Failure::from(error).show(&app, &visitor),
    };
    let reply = Reply::new(&app, &visitor);
    if !visitor.prefers_html {
        let sent: Vec<Sent> = messages.into_iter().map(sent).collect();
        return reply.json(&sent);
    }
    let page = Page::new(&app, &visitor, &visitor.here);
    let newest = page.with("messages-new", &[("count", FluentValue::from(1))]);
    let messages = messages
        .into_iter()
        .rev()
        .map(|message| Shown {
            to: page.with(
                "messages-to",
                &[("phone", FluentValue::from(message.to.e164().to_owned()))],
            ),
            sent_at: rfc3339(moment(&message)),
            when: date_and_time(&page, moment(&message)),
            text: message.text,
        })
        .collect();
    reply.html(&MessagesPage { page, messages, newest })
}

fn sent(message: outbox::Message) -> Sent {
    Sent {
        to: message.to.e164().to_owned(),
        sent_at: rfc3339(moment(&message)),
        text: message.text,
    }
}

/// In the demo the outbox is where messages go: they have arrived when they are due.
fn moment(message: &outbox::Message) -> Timestamp {
    message.sent_at.unwrap_or(message.due_at)
}

fn rfc3339(moment: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(moment.as_millis())
        .unwrap_or_default()
        .to_string()
}
