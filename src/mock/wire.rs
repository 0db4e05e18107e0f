//! The only part of the server that knows sockets: its own thread and runtime with a stop that waits, or a task of the
//! caller's runtime.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use axum::serve::ListenerExt;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{HeaderName, HeaderValue, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::MockError;
use super::exchange::{Answer, Incoming, Wire};
use super::server::Server;

/// What was written has left by then.
const LEAVING: Duration = Duration::from_millis(20);
/// Largest request body that is read.
const LARGEST_BODY: usize = 1 << 20;

/// A thread that serves until it is told to stop.
#[derive(Debug)]
pub(super) struct Thread {
    pub(super) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Thread {
    /// Serves on an address; port 0 lets the system choose.
    pub(super) fn start(server: Arc<Server>, listen: SocketAddr) -> Result<Self, MockError> {
        let (ready, wait) = mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread =
            std::thread::Builder::new().name("mock".to_owned()).spawn(move || run(server, listen, &ready, stopped));
        let thread = thread.map_err(MockError::Listen)?;
        let address = wait.recv().map_err(|_| MockError::Listen(std::io::Error::other("the server thread ended")))?;
        Ok(Self { address: address.map_err(MockError::Listen)?, stop: Some(stop), thread: Some(thread) })
    }

    /// Stops serving and waits until the thread has ended.
    pub(super) fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }

    /// Waits until the thread ends by itself.
    pub(super) fn wait(&mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.stop();
    }
}

fn run(
    server: Arc<Server>,
    listen: SocketAddr,
    ready: &mpsc::Sender<std::io::Result<SocketAddr>>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = ready.send(Err(error));
            return;
        }
    };
    runtime.block_on(async move {
        let listener = match TcpListener::bind(listen).await {
            Ok(listener) => listener,
            Err(error) => {
                let _ = ready.send(Err(error));
                return;
            }
        };
        let _ = ready.send(listener.local_addr());
        tokio::select! {
            () = serve(listener, server) => {}
            _ = stopped => {}
        }
    });
    // Connections that hang on purpose must not keep anybody waiting.
    runtime.shutdown_timeout(Duration::from_millis(50));
}

async fn serve(listener: TcpListener, server: Arc<Server>) {
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let app = axum::Router::new().fallback(handle).with_state(server);
    let _ = axum::serve(listener, app).await;
}

/// A task of the runtime that it was started on; it ends with that runtime, or when this is dropped.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Task {
    /// Serves on an address; port 0 lets the system choose.
    pub(super) async fn start(server: Arc<Server>, listen: SocketAddr) -> Result<Self, MockError> {
        let listener = TcpListener::bind(listen).await.map_err(MockError::Listen)?;
        let address = listener.local_addr().map_err(MockError::Listen)?;
        Ok(Self { address, task: tokio::spawn(serve(listener, server)) })
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn handle(State(server): State<Arc<Server>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return respond(Answer { status: 413, ..Answer::default() });
    };
    let incoming = Incoming {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
    };
    let answer = server.answer(&incoming);
    match answer.wire {
        Wire::Hanging => std::future::pending().await,
        Wire::Late(milliseconds) => {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            respond(answer)
        }
        _ => respond(answer),
    }
}

fn respond(answer: Answer) -> Response {
    let length = answer.body.len();
    let body = match answer.wire {
        Wire::Plain | Wire::Hanging | Wire::Late(_) => Body::from(answer.body),
        Wire::Chunked => {
            let size = (length / 7).max(1);
            let chunks: Vec<Result<Bytes, Infallible>> =
                answer.body.chunks(size).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
            Body::from_stream(stream::iter(chunks))
        }
        Wire::Dropped => {
            Body::from_stream(stream::iter([Err::<Bytes, _>(std::io::Error::other("dropped on purpose"))]))
        }
        Wire::CutOff => {
            Body::from_stream(stream::iter([Ok(answer.body.slice(..length / 2))]).chain(stream::once(async {
                tokio::time::sleep(LEAVING).await;
                Err(std::io::Error::other("cut off on purpose"))
            })))
        }
        // The end comes a moment later, so that what there is has left by then.
        Wire::WrongLength => Body::from_stream(
            stream::iter([Ok::<_, Infallible>(answer.body)])
                .chain(stream::once(tokio::time::sleep(LEAVING)).filter_map(|()| std::future::ready(None))),
        ),
        Wire::Endless => {
            let chunk = if length == 0 { Bytes::from_static(b" ") } else { answer.body };
            Body::from_stream(stream::unfold(chunk, |chunk| async move {
                Some((Ok::<_, Infallible>(chunk.clone()), chunk))
            }))
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in &answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::from_bytes(value.as_bytes()))
        {
            response.headers_mut().append(name, value);
        }
    }
    if answer.wire == Wire::WrongLength {
        response.headers_mut().insert("content-length", HeaderValue::from(length + 20));
    }
    response
}
