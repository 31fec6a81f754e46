//! A partner stub behind a proxy, and a consumer that asks it.
#![allow(dead_code)]

use matchmark::contract::FaultKind;
use matchmark::model::HttpResponse;
use matchmark::rehearsal::fault::{
    Broken, FaultProxy, FaultScript, Play, Route, broken, mount, mount_unmeant,
};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use wiremock::MockServer;

pub const PATH: &str = "/Patient/$member-match";
pub const BODY: &str =
    r#"{"resourceType":"Parameters","parameter":[{"name":"MemberId","valueString":"stub-0001"}]}"#;

/// The stub and what stands before it.
pub struct Partner {
    pub server: MockServer,
    pub proxy: FaultProxy,
    unmeant: Arc<AtomicU64>,
}

impl Partner {
    /// Answers normally; calls travel as `script` has it.
    pub async fn travelling(script: FaultScript) -> Self {
        Self::playing(FaultScript::none(), script).await
    }

    /// Says what `script` has it say; calls travel whole.
    pub async fn saying(script: FaultScript) -> Self {
        Self::playing(script, FaultScript::none()).await
    }

    async fn playing(said: FaultScript, travels: FaultScript) -> Self {
        let server = MockServer::builder().start().await;
        mount(&server, &play(said)).await.unwrap();
        let unmeant = mount_unmeant(&server).await;
        let proxy = FaultProxy::start(*server.address(), travels).await.unwrap();
        Self {
            server,
            proxy,
            unmeant,
        }
    }

    /// Requests that the stub saw; none of them may have been one that no answer was meant for.
    pub async fn seen(&self) -> usize {
        assert_eq!(self.unmeant.load(Ordering::SeqCst), 0, "an unmeant call");
        self.server.received_requests().await.unwrap().len()
    }
}

pub fn play(script: FaultScript) -> Play {
    Play {
        route: Route::new("POST", PATH),
        normal: normal(),
        hit: None,
        script,
        seed: 7,
    }
}

pub fn normal() -> HttpResponse {
    HttpResponse {
        status: 200,
        headers: vec![(
            "content-type".to_owned(),
            "application/fhir+json".to_owned(),
        )],
        body: BODY.as_bytes().to_vec(),
    }
}

/// What a consumer came to.
#[derive(Debug)]
pub struct Outcome {
    pub status: Option<u16>,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Pieces in which the body came.
    pub chunks: usize,
    pub error: Option<reqwest::Error>,
}

impl Outcome {
    pub fn broken(&self) -> Option<Broken> {
        self.error.as_ref().map(|error| broken(error))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every cause of the error, from the outermost in.
    pub fn chain(&self) -> Vec<&(dyn std::error::Error + 'static)> {
        let first = self.error.as_ref().map(|error| error as _);
        std::iter::successors(first, |error: &&(dyn std::error::Error + 'static)| {
            error.source()
        })
        .collect()
    }

    /// What hyper says.
    pub fn hyper(&self) -> Option<&hyper::Error> {
        let chain = self.chain();
        let mut causes = chain.into_iter();
        causes.find_map(|error| error.downcast_ref())
    }

    /// What the socket says; TLS wraps it out of sight of the chain.
    pub fn io(&self) -> Option<std::io::ErrorKind> {
        let chain = self.chain();
        let mut sockets = chain.into_iter().rev();
        let mut error: &std::io::Error = sockets.find_map(|error| error.downcast_ref())?;
        while let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
            error = inner;
        }
        Some(error.kind())
    }
}

/// A client that trusts nobody, which spares it reading whom the machine trusts.
pub fn builder() -> reqwest::ClientBuilder {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().tls_certs_only([])
}

/// A client that trusts the authority of the proxy.
pub fn client(partner: &Partner) -> reqwest::Client {
    let root = partner.proxy.authority().pem();
    let root = reqwest::Certificate::from_pem(root.as_bytes()).unwrap();
    builder().tls_certs_only([root]).build().unwrap()
}

/// One call, read to its end.
pub async fn ask(client: &reqwest::Client, url: &str, deadline: Option<Duration>) -> Outcome {
    let mut call = client.post(format!("{url}{PATH}")).body(BODY);
    if let Some(deadline) = deadline {
        call = call.timeout(deadline);
    }
    read(call).await
}

pub async fn read(call: reqwest::RequestBuilder) -> Outcome {
    let mut outcome = Outcome {
        status: None,
        headers: Vec::new(),
        body: Vec::new(),
        chunks: 0,
        error: None,
    };
    let mut answer = match call.send().await {
        Ok(answer) => answer,
        Err(error) => {
            outcome.error = Some(error);
            return outcome;
        }
    };
    outcome.status = Some(answer.status().as_u16());
    outcome.headers = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => {
                outcome.chunks += 1;
                outcome.body.extend_from_slice(&chunk);
            }
            Ok(None) => return outcome,
            Err(error) => {
                outcome.error = Some(error);
                return outcome;
            }
        }
    }
}

/// The claim, many times over and side by side.
pub async fn often<F, Fut>(runs: usize, claim: F)
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    let mut all = JoinSet::new();
    for run in 0..runs {
        all.spawn(claim(run));
    }
    while let Some(ended) = all.join_next().await {
        ended.unwrap();
    }
}

/// The claim about a partner whose answers travel like this, many times over and side by side; all of them stand
/// before the first is asked, so that no patience is spent on setting up.
pub async fn often_travelling<F, Fut>(runs: usize, script: FaultScript, claim: F)
where
    F: Fn(Arc<Partner>) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    let mut partners = Vec::new();
    for _ in 0..runs {
        partners.push(Arc::new(Partner::travelling(script.clone()).await));
    }
    let mut all = JoinSet::new();
    for partner in partners {
        all.spawn(claim(partner));
    }
    while let Some(ended) = all.join_next().await {
        ended.unwrap();
    }
}

pub fn of(kind: FaultKind) -> FaultScript {
    FaultScript::of(kind)
}

/// A port where nobody listens, and nobody else will while the socket is held.
pub fn nobody() -> (tokio::net::TcpSocket, std::net::SocketAddr) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}
