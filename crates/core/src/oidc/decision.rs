//! What comes next in a sign-in, from the request and the browser's session alone.

use std::time::Duration;

use super::{AuthorizationError, Request};
use crate::level::Level;
use crate::method::Method;

/// The browser's live session, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionFacts {
    /// What it proved.
    pub level: Level,
    /// How it began.
    pub method: Method,
    /// Whether it began after the request came to this browser.
    pub is_fresh: bool,
    /// How long ago it began.
    pub age: Duration,
    /// Whether its person is the one that the request insists on, if it does.
    pub is_expected: bool,
}

/// Whether the person agreed that the client learns what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Never to all of it.
    Missing,
    /// Before.
    Remembered,
    /// Just now, on the page that showed it.
    Given,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Somebody has to sign in.
    SignIn,
    /// The session is too low, or began in a way that the site does not admit: say so, and offer what reaches.
    StepUp,
    /// The session does, but the site would like a higher level: offer what reaches it, and going on as it is.
    Suggest,
    /// Show what the client will learn, and ask.
    Consent,
    /// A code.
    Grant,
    /// The client is told no.
    Refuse(AuthorizationError),
}

/// Decides. Without interaction (`prompt=none`) the answer is never a page.
#[must_use]
pub fn decide(request: &Request, session: Option<&SessionFacts>, consent: Consent) -> Step {
    use AuthorizationError::{ConsentRequired, InteractionRequired, LoginRequired};
    let silent = request.prompt.none;
    let or = |step, error| if silent { Step::Refuse(error) } else { step };
    let Some(session) = session else {
        return or(Step::SignIn, LoginRequired);
    };
    // Who signed in for this very request is recent enough, however long the pages after it are read.
    let is_too_old = |age: u32| age == 0 || session.age > Duration::from_secs(age.into());
    if !session.is_fresh && (request.prompt.login || request.max_age.is_some_and(is_too_old)) {
        return or(Step::SignIn, LoginRequired);
    }
    if !session.is_expected {
        // Signing in once more would only go round in circles.
        return if session.is_fresh {
            Step::Refuse(LoginRequired)
        } else {
            or(Step::SignIn, LoginRequired)
        };
    }
    if session.level < request.level || !request.methods.contains(&session.method) {
        return or(Step::StepUp, InteractionRequired);
    }
    if session.level < request.aim() && !session.is_fresh && !silent {
        return Step::Suggest;
    }
    match consent {
        Consent::Given => Step::Grant,
        Consent::Remembered if !request.prompt.consent => Step::Grant,
        Consent::Remembered | Consent::Missing => or(Step::Consent, ConsentRequired),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::oidc::Prompt;

    fn request() -> Request {
        Request {
            redirect_uri: "https://sede.example/vuelta".to_owned(),
            state: None,
            nonce: None,
            challenge: "x".repeat(43),
            procedure: None,
            level: Level::Substantial,
            wished: None,
            acr: Vec::new(),
            methods: vec![Method::Incoming, Method::Qr],
            prompt: Prompt::default(),
            max_age: None,
            subject: None,
            id_token: BTreeSet::new(),
            userinfo: BTreeSet::new(),
            scope: "openid".to_owned(),
            language: None,
        }
    }

    const OLD: SessionFacts = SessionFacts {
        level: Level::Substantial,
        method: Method::Incoming,
        is_fresh: false,
        age: Duration::from_secs(100),
        is_expected: true,
    };
    const FRESH: SessionFacts = SessionFacts { is_fresh: true, ..OLD };

    // REQ-OIDC-16, REQ-OIDC-17
    #[test]
    fn prompt_and_age_decide_whether_to_sign_in_anew() {
        let plain = request();
        assert_eq!(decide(&plain, None, Consent::Remembered), Step::SignIn);
        assert_eq!(decide(&plain, Some(&OLD), Consent::Remembered), Step::Grant);
        assert_eq!(decide(&plain, Some(&OLD), Consent::Missing), Step::Consent);
        assert_eq!(decide(&plain, Some(&OLD), Consent::Given), Step::Grant);
        let login = Request {
            prompt: Prompt {
                login: true,
                ..Prompt::default()
            },
            ..request()
        };
        assert_eq!(decide(&login, Some(&OLD), Consent::Remembered), Step::SignIn);
        assert_eq!(decide(&login, Some(&FRESH), Consent::Remembered), Step::Grant);
        for (max_age, old) in [
            (0, Step::SignIn),
            (99, Step::SignIn),
            (100, Step::Grant),
            (101, Step::Grant),
        ] {
            let aged = Request {
                max_age: Some(max_age),
                ..request()
            };
            assert_eq!(decide(&aged, Some(&OLD), Consent::Remembered), old, "{max_age}");
            assert_eq!(
                decide(&aged, Some(&FRESH), Consent::Remembered),
                Step::Grant,
                "{max_age}"
            );
        }
        let consent = Request {
            prompt: Prompt {
                consent: true,
                ..Prompt::default()
            },
            ..request()
        };
        assert_eq!(decide(&consent, Some(&OLD), Consent::Remembered), Step::Consent);
        assert_eq!(decide(&consent, Some(&OLD), Consent::Given), Step::Grant);
    }

    // REQ-OIDC-20
    #[test]
    fn a_session_that_is_too_low_or_of_another_method_steps_up() {
        let low = SessionFacts {
            level: Level::Low,
            ..OLD
        };
        let other = SessionFacts {
            method: Method::Password,
            ..OLD
        };
        let high = SessionFacts {
            level: Level::High,
            ..FRESH
        };
        assert_eq!(decide(&request(), Some(&low), Consent::Remembered), Step::StepUp);
        assert_eq!(decide(&request(), Some(&other), Consent::Remembered), Step::StepUp);
        assert_eq!(decide(&request(), Some(&high), Consent::Remembered), Step::Grant);
    }

    // REQ-OIDC-19
    #[test]
    fn a_wished_level_is_offered_once_and_refuses_nobody() {
        let wishing = |none| Request {
            level: Level::Low,
            wished: Some(Level::Substantial),
            prompt: Prompt {
                none,
                ..Prompt::default()
            },
            ..request()
        };
        let low = |is_fresh| SessionFacts {
            level: Level::Low,
            is_fresh,
            ..OLD
        };
        let step = |none, facts| decide(&wishing(none), Some(&facts), Consent::Remembered);
        assert_eq!(step(false, low(false)), Step::Suggest);
        assert_eq!(step(false, low(true)), Step::Grant);
        assert_eq!(step(true, low(false)), Step::Grant);
        assert_eq!(step(false, OLD), Step::Grant);
        // What is needed stays needed, and a method that the site does not admit stays out.
        let strict = Request {
            level: Level::Substantial,
            wished: Some(Level::High),
            ..request()
        };
        for is_fresh in [false, true] {
            assert_eq!(decide(&strict, Some(&low(is_fresh)), Consent::Given), Step::StepUp);
            let other = SessionFacts {
                method: Method::Sms,
                ..low(is_fresh)
            };
            assert_eq!(decide(&wishing(false), Some(&other), Consent::Given), Step::StepUp);
        }
    }

    #[test]
    fn another_person_than_the_expected_one_never_goes_round_in_circles() {
        let wrong = SessionFacts {
            is_expected: false,
            ..OLD
        };
        assert_eq!(decide(&request(), Some(&wrong), Consent::Remembered), Step::SignIn);
        let wrong = SessionFacts {
            is_expected: false,
            ..FRESH
        };
        let refused = Step::Refuse(AuthorizationError::LoginRequired);
        assert_eq!(decide(&request(), Some(&wrong), Consent::Remembered), refused);
    }

    // REQ-OIDC-15
    #[test]
    fn without_interaction_the_answer_is_never_a_page() {
        let levels = [Level::Low, Level::Substantial, Level::High];
        let mut granted = 0;
        for level in levels {
            for method in Method::ALL {
                for is_fresh in [false, true] {
                    for is_expected in [false, true] {
                        for consent in [Consent::Missing, Consent::Remembered] {
                            for max_age in [None, Some(0), Some(50), Some(500)] {
                                let silent = Request {
                                    prompt: Prompt {
                                        none: true,
                                        ..Prompt::default()
                                    },
                                    max_age,
                                    ..request()
                                };
                                let facts = SessionFacts {
                                    level,
                                    method,
                                    is_fresh,
                                    is_expected,
                                    ..OLD
                                };
                                let step = decide(&silent, Some(&facts), consent);
                                assert!(matches!(step, Step::Grant | Step::Refuse(_)), "{step:?}");
                                granted += u32::from(step == Step::Grant);
                            }
                        }
                    }
                }
            }
        }
        assert!(granted > 0);
        let silent = Request {
            prompt: Prompt {
                none: true,
                ..Prompt::default()
            },
            ..request()
        };
        let step = |facts: Option<&SessionFacts>, consent| decide(&silent, facts, consent);
        assert_eq!(
            step(None, Consent::Remembered),
            Step::Refuse(AuthorizationError::LoginRequired)
        );
        assert_eq!(
            step(Some(&OLD), Consent::Missing),
            Step::Refuse(AuthorizationError::ConsentRequired)
        );
        let low = SessionFacts {
            level: Level::Low,
            ..OLD
        };
        assert_eq!(
            step(Some(&low), Consent::Remembered),
            Step::Refuse(AuthorizationError::InteractionRequired)
        );
    }
}
