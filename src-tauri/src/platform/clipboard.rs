//! The clipboard of Linux, macOS and Windows: a PIN is put there and taken off again.

use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

use aldaba_authenticator::error::Error;
use aldaba_authenticator::picture;
use aldaba_protocol::error::ErrorCode;
use tauri::AppHandle;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::CLIPBOARD_LIFE;

struct Put {
    text: Zeroizing<String>,
    done: oneshot::Sender<Result<(), ()>>,
}

/// How long the end of the app waits for a clipboard that another program holds.
const PATIENCE: Duration = Duration::from_secs(1);

/// The clipboard, on a thread of its own: on X11 and Wayland the program that copied serves the paste, so that
/// somebody must stay.
pub struct Clipboard(Mutex<Option<Thread>>);

struct Thread {
    puts: mpsc::Sender<Put>,
    /// Nothing is ever sent: it closes when the thread is done.
    done: mpsc::Receiver<()>,
}

impl Clipboard {
    /// Starts the thread, which opens the clipboard when it is first needed.
    pub fn new(_app: &AppHandle) -> Self {
        Self::of(CLIPBOARD_LIFE, arboard::Clipboard::new)
    }

    fn of<B: Board>(life: Duration, open: impl Fn() -> Result<B, arboard::Error> + Send + 'static) -> Self {
        let (puts, queue) = mpsc::channel();
        let (end, done) = mpsc::channel();
        let started = std::thread::Builder::new().name("clipboard".to_owned()).spawn(move || {
            serve(&queue, life, open);
            drop::<mpsc::Sender<()>>(end);
        });
        if let Err(error) = started {
            tracing::warn!(%error, "no thread for the clipboard");
        }
        Self(Mutex::new(Some(Thread { puts, done })))
    }

    /// Takes off what is still there of ours; nothing is put there afterwards. For the end of the app: macOS and Windows keep
    /// what a program has copied after it is gone.
    pub fn end(&self) {
        let thread = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Thread { puts, done }) = thread {
            drop(puts);
            if done.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
                tracing::warn!("the clipboard was not cleared in time");
            }
        }
    }

    /// The text of the QR in the picture that is on the clipboard.
    ///
    /// # Errors
    /// `qr_unreadable`, also when there is no picture.
    pub async fn picture(&self) -> Result<String, Error> {
        let read = tauri::async_runtime::spawn_blocking(|| {
            let none = |_| Error::with_detail(ErrorCode::QrUnreadable, "clipboard");
            let image = arboard::Clipboard::new()
                .and_then(|mut clipboard| clipboard.get_image())
                .map_err(none)?;
            picture::read_pixels(image.width, image.height, &image.bytes)
        });
        read.await
            .unwrap_or_else(|_| Err(Error::with_detail(ErrorCode::QrUnreadable, "clipboard")))
    }

    /// Puts `text` there and takes it off after 30 s if it is still there.
    ///
    /// # Errors
    /// When there is no clipboard, or it refuses.
    pub async fn put(&self, text: Zeroizing<String>) -> Result<(), ()> {
        let (done, answer) = oneshot::channel();
        {
            let thread = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            thread.as_ref().ok_or(())?.puts.send(Put { text, done }).map_err(drop)?;
        }
        answer.await.unwrap_or(Err(()))
    }
}

/// What the thread needs of a clipboard.
trait Board {
    /// Puts text there, and asks clipboard managers not to keep it.
    fn put(&mut self, text: &str) -> Result<(), arboard::Error>;
    /// The text that is there now.
    fn text(&mut self) -> Result<String, arboard::Error>;
    /// Takes off what is there.
    fn clear(&mut self) -> Result<(), arboard::Error>;
}

impl Board for arboard::Clipboard {
    fn put(&mut self, text: &str) -> Result<(), arboard::Error> {
        #[cfg(target_os = "macos")]
        use arboard::SetExtApple as _;
        #[cfg(all(unix, not(target_os = "macos")))]
        use arboard::SetExtLinux as _;
        #[cfg(windows)]
        use arboard::SetExtWindows as _;

        let set = self.set();
        #[cfg(windows)]
        let set = set
            .exclude_from_monitoring()
            .exclude_from_cloud()
            .exclude_from_history();
        #[cfg(not(windows))]
        let set = set.exclude_from_history();
        set.text(text)
    }

    fn text(&mut self) -> Result<String, arboard::Error> {
        self.get_text()
    }

    fn clear(&mut self) -> Result<(), arboard::Error> {
        Self::clear(self)
    }
}

fn serve<B: Board>(queue: &mpsc::Receiver<Put>, life: Duration, open: impl Fn() -> Result<B, arboard::Error>) {
    let mut next = queue.recv().ok();
    while let Some(Put { text, done }) = next {
        let opened = open().and_then(|mut board| {
            board.put(&text)?;
            Ok(board)
        });
        // The caller may have gone; the PIN is taken off all the same.
        let _ = done.send(opened.as_ref().map(drop).map_err(drop));
        next = match opened {
            Err(error) => {
                tracing::warn!(%error, "the clipboard refused");
                queue.recv().ok()
            }
            Ok(mut board) => match queue.recv_timeout(life) {
                // A newer PIN takes its place at once.
                Ok(newer) => Some(newer),
                Err(ended) => {
                    let still_there = board.text().map(Zeroizing::new).is_ok_and(|now| *now == *text);
                    if still_there && let Err(error) = board.clear() {
                        tracing::warn!(%error, "the clipboard was not cleared");
                    }
                    if ended == mpsc::RecvTimeoutError::Disconnected {
                        None
                    } else {
                        queue.recv().ok()
                    }
                }
            },
        };
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What is on the clipboard, and all that was ever put there by us.
    #[derive(Clone, Default)]
    struct Table {
        now: Arc<Mutex<Option<String>>>,
        ever: Arc<Mutex<Vec<String>>>,
        /// What its owner copies right after us.
        then: Option<&'static str>,
        broken: bool,
    }

    impl Board for Table {
        fn put(&mut self, text: &str) -> Result<(), arboard::Error> {
            if self.broken {
                return Err(arboard::Error::ClipboardOccupied);
            }
            self.ever.lock().unwrap().push(text.to_owned());
            *self.now.lock().unwrap() = Some(self.then.unwrap_or(text).to_owned());
            Ok(())
        }

        fn text(&mut self) -> Result<String, arboard::Error> {
            let now = self.now.lock().unwrap().clone();
            now.ok_or(arboard::Error::ContentNotAvailable)
        }

        fn clear(&mut self) -> Result<(), arboard::Error> {
            *self.now.lock().unwrap() = None;
            Ok(())
        }
    }

    const FOR_EVER: Duration = Duration::from_secs(3600);

    /// Puts those PINs, one after the other, and lets the app end. What each was answered.
    fn put(table: &Table, life: Duration, pins: &[&str]) -> Vec<Result<(), ()>> {
        let (puts, queue) = mpsc::channel();
        let mut answers = Vec::new();
        for pin in pins {
            let (done, answer) = oneshot::channel();
            let text = Zeroizing::new((*pin).to_owned());
            puts.send(Put { text, done }).unwrap();
            answers.push(answer);
        }
        drop(puts);
        serve(&queue, life, || Ok(table.clone()));
        answers
            .into_iter()
            .map(|answer| answer.blocking_recv().unwrap())
            .collect()
    }

    // REQ-UI-08
    #[test]
    fn a_pin_is_taken_off_when_its_time_is_over_or_the_app_ends() {
        for life in [Duration::ZERO, FOR_EVER] {
            let table = Table::default();
            assert_eq!(put(&table, life, &["407195"]), [Ok(())]);
            assert_eq!(*table.ever.lock().unwrap(), ["407195"]);
            assert_eq!(*table.now.lock().unwrap(), None);
        }
    }

    // REQ-UI-08
    #[tokio::test]
    async fn the_app_ends_after_the_pin_is_off() {
        for then in [None, Some("la lista de la compra")] {
            let table = Table {
                then,
                ..Table::default()
            };
            let of_the_thread = table.clone();
            let clipboard = Clipboard::of(FOR_EVER, move || Ok(of_the_thread.clone()));
            assert_eq!(clipboard.put(Zeroizing::new("407195".to_owned())).await, Ok(()));
            assert!(table.now.lock().unwrap().is_some());
            clipboard.end();
            assert_eq!(table.now.lock().unwrap().as_deref(), then);
            assert_eq!(clipboard.put(Zeroizing::new("112233".to_owned())).await, Err(()));
        }
    }

    // REQ-UI-08
    #[test]
    fn what_its_owner_copied_since_stays() {
        let table = Table {
            then: Some("la lista de la compra"),
            ..Table::default()
        };
        put(&table, Duration::ZERO, &["407195"]);
        assert_eq!(table.now.lock().unwrap().as_deref(), Some("la lista de la compra"));
    }

    // REQ-UI-08
    #[test]
    fn a_newer_pin_takes_the_place_of_an_older_one_at_once() {
        let table = Table::default();
        assert_eq!(put(&table, FOR_EVER, &["407195", "112233"]), [Ok(()), Ok(())]);
        assert_eq!(*table.ever.lock().unwrap(), ["407195", "112233"]);
        assert_eq!(*table.now.lock().unwrap(), None);
    }

    #[test]
    fn a_clipboard_that_refuses_is_said_and_tried_again_next_time() {
        let table = Table {
            broken: true,
            ..Table::default()
        };
        assert_eq!(put(&table, FOR_EVER, &["407195", "112233"]), [Err(()), Err(())]);
    }
}
