//! SQLite's one writer.
//!
//! A durable commit costs a disk flush however much it carries, so jobs that wait share one:
//!
//! ```text
//! BEGIN IMMEDIATE   SAVEPOINT   job   RELEASE, SAVEPOINT   job   …   COMMIT   answers
//! ```
//!
//! A job that fails is undone alone (ROLLBACK TO); nobody is answered before the commit is durable; when the commit fails,
//! everybody of the group hears so. A job alone in its group needs no savepoint.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;
use futures::executor::block_on;
use futures::future::BoxFuture;
use tokio::sync::{Mutex, mpsc, oneshot};

use crate::direct::Direct;
use crate::error::StoreError;
use crate::transaction::{Context, Transaction};

/// Jobs that share a commit at most; bounds how long the first of them waits.
const GROUP: usize = 256;
/// Jobs that may wait; beyond it callers wait for a place.
const QUEUE: usize = 4096;

type Queue = mpsc::Sender<Box<dyn Job>>;

/// The way to the writer's thread.
pub(crate) struct Writer {
    queue: std::sync::Mutex<Option<Queue>>,
    /// Closed when the thread has ended.
    ended: Mutex<Option<oneshot::Receiver<()>>>,
}

impl Writer {
    /// Starts the thread that owns `connection`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the system gives no thread.
    pub(crate) fn start(connection: Direct, context: Arc<Context>) -> Result<Self, StoreError> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (alive, ended) = oneshot::channel();
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || {
                serve(&Transaction::direct(connection, context), jobs);
                drop(alive);
            })
            .map_err(|_| StoreError::Unavailable)?;
        Ok(Self {
            queue: std::sync::Mutex::new(Some(queue)),
            ended: Mutex::new(Some(ended)),
        })
    }

    /// Runs one job; returns when its changes are durable or undone.
    pub(crate) async fn write<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t Transaction) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, result) = oneshot::channel();
        let queue = self.queue().ok_or(StoreError::Unavailable)?;
        let job = Box::new(Waiting { job, answer });
        queue.send(job).await.map_err(|_| StoreError::Unavailable)?;
        result.await.map_err(|_| StoreError::Unavailable)?
    }

    /// Lets the waiting jobs finish, then closes the connection.
    pub(crate) async fn close(&self) {
        drop(self.lock().take());
        if let Some(ended) = self.ended.lock().await.take() {
            // Nothing is ever sent: what is waited for is that the thread lets go of the other end.
            let _ = ended.await;
        }
    }

    fn queue(&self) -> Option<Queue> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Queue>> {
        self.queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A job and who waits for it, whatever their types.
trait Job: Send {
    /// Runs it; what becomes of its changes is told later.
    fn run(self: Box<Self>, transaction: &Transaction) -> BoxFuture<'_, Ran>;
    /// It was not run.
    fn refuse(self: Box<Self>, error: StoreError);
    /// Nobody waits any more.
    fn is_abandoned(&self) -> bool;
}

/// A job that ran.
struct Ran {
    /// Its changes are to stay.
    keep: bool,
    answer: Box<dyn Answer>,
}

/// Tells whoever waits. `Err` replaces the job's own result when its changes could not be kept.
trait Answer: Send {
    fn tell(self: Box<Self>, kept: Result<(), StoreError>);
}

struct Waiting<F, T, E> {
    job: F,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Job for Waiting<F, T, E>
where
    F: for<'t> FnOnce(&'t Transaction) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    fn run(self: Box<Self>, transaction: &Transaction) -> BoxFuture<'_, Ran> {
        Box::pin(async move {
            let Self { job, answer } = *self;
            // A fault in one use case must not take the writer away from all others. The job's changes are undone.
            let result = AssertUnwindSafe(async move { job(transaction).await })
                .catch_unwind()
                .await;
            let result = result.unwrap_or_else(|_| Err(StoreError::Panicked.into()));
            Ran {
                keep: result.is_ok(),
                answer: Box::new(Finished { result, answer }),
            }
        })
    }

    fn refuse(self: Box<Self>, error: StoreError) {
        // Whoever waited may have gone; then there is nobody to tell.
        let _ = self.answer.send(Err(error.into()));
    }

    fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }
}

struct Finished<T, E> {
    result: Result<T, E>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<T: Send, E: From<StoreError> + Send> Answer for Finished<T, E> {
    fn tell(self: Box<Self>, kept: Result<(), StoreError>) {
        let result = match kept {
            Ok(()) => self.result,
            // An error of the job says more than that its group could not be committed.
            Err(error) => self.result.and_then(|_| Err(error.into())),
        };
        let _ = self.answer.send(result);
    }
}

fn serve(transaction: &Transaction, mut jobs: mpsc::Receiver<Box<dyn Job>>) {
    while let Some(first) = jobs.blocking_recv() {
        if first.is_abandoned() {
            continue;
        }
        if let Err(error) = group(transaction, first, &mut jobs) {
            tracing::error!(%error, "the writing connection cannot be used");
        }
    }
}

/// One group: from BEGIN to the answers.
fn group(
    transaction: &Transaction,
    first: Box<dyn Job>,
    jobs: &mut mpsc::Receiver<Box<dyn Job>>,
) -> Result<(), StoreError> {
    let connection = transaction.as_direct()?;
    // Taking the write lock at once: a read that becomes a write later could fail half way.
    if let Err(error) = connection.control("BEGIN IMMEDIATE") {
        tracing::error!(%error, "no transaction could be started");
        first.refuse(error);
        // Each would wait as long as the first did, and in vain.
        while let Some(job) = next_job(jobs) {
            job.refuse(StoreError::Unavailable);
        }
        return Ok(());
    }
    let mut ran = Vec::new();
    // A job awaits nothing but its statements, which are done when they return: it never leaves this thread.
    let outcome = match block_on(run_all(transaction, first, jobs, &mut ran)) {
        Ok(true) => connection.control("COMMIT"),
        Ok(false) => connection.control("ROLLBACK"),
        Err(error) => {
            tracing::error!(%error, "a group of transactions was undone");
            Err(error)
        }
    };
    let failure = outcome.err().map(|error| error.to_string());
    // A COMMIT that failed may have left the transaction open, which would be part of the next group.
    let undone = match connection.is_in_transaction() {
        true => connection.control("ROLLBACK"),
        false => Ok(()),
    };
    for Ran { answer, .. } in ran {
        answer.tell(match &failure {
            None => Ok(()),
            Some(why) => Err(StoreError::Commit(why.clone())),
        });
    }
    undone
}

/// Runs `first` and what else is waiting. `Ok` says whether anything is to be kept.
async fn run_all(
    transaction: &Transaction,
    first: Box<dyn Job>,
    jobs: &mut mpsc::Receiver<Box<dyn Job>>,
    ran: &mut Vec<Ran>,
) -> Result<bool, StoreError> {
    let connection = transaction.as_direct()?;
    let mut next = next_job(jobs);
    if next.is_none() {
        let only = first.run(transaction).await;
        let keep = only.keep;
        ran.push(only);
        // Who came meanwhile makes the next group: without a savepoint before them this one could not be undone alone.
        return Ok(keep);
    }
    connection.control("SAVEPOINT job")?;
    let mut current = first;
    let mut kept = false;
    loop {
        let done = current.run(transaction).await;
        kept |= done.keep;
        if !done.keep {
            // Without releasing it: the next job starts from the same place.
            ran.push(done);
            connection.control("ROLLBACK TO job")?;
        } else {
            ran.push(done);
            if next.is_some() {
                connection.control("RELEASE job; SAVEPOINT job")?;
            }
        }
        match next.take() {
            Some(job) => current = job,
            None => return Ok(kept),
        }
        next = if ran.len() < GROUP { next_job(jobs) } else { None };
    }
}

/// The next job that somebody waits for, if one is there.
fn next_job(jobs: &mut mpsc::Receiver<Box<dyn Job>>) -> Option<Box<dyn Job>> {
    while let Ok(job) = jobs.try_recv() {
        if !job.is_abandoned() {
            return Some(job);
        }
    }
    None
}
