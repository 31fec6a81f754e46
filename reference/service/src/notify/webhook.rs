//! A notice as a call to an address of our own organisation.
//! Refuses to try twice: whoever holds the outbox does.

use crate::adapters::transport::{Delivery, Transport};
use domain::masked::Masked;
use domain::notice::Told;
use domain::ports::{Boxed, Notifier, Untold, Verb, WireRequest};
use domain::routing::BaseUrl;
use std::time::Duration;

/// Somebody who listens at an address.
pub(crate) struct Webhook {
    pub transport: Transport,
    pub url: BaseUrl,
    pub bearer: Option<Masked<String>>,
    pub patience: Duration,
}

impl Notifier for Webhook {
    fn tell<'a>(&'a self, told: &'a Told) -> Boxed<'a, Result<(), Untold>> {
        Box::pin(self.call(told))
    }
}

impl Webhook {
    async fn call(&self, told: &Told) -> Result<(), Untold> {
        let body = serde_json::to_vec(told).map_err(|_| Untold)?;
        let about = told.about.as_ref();
        let transaction = about.map_or(told.id.as_str(), |about| {
            about.business_transaction_id.as_str()
        });
        let delivery = Delivery {
            base_url: self.url.as_str(),
            timeout: self.patience,
            bearer: self.bearer.as_ref(),
            // Whoever has received a notice knows it again.
            idempotency_key: Some(&told.id),
            business_transaction: transaction,
            correlation: &told.id,
            traceparent: None,
        };
        let request = WireRequest {
            verb: Verb::Post,
            path: String::new(),
            headers: vec![("content-type", "application/json".to_owned())],
            body: Masked::new(body),
        };
        match self.transport.send(&delivery, &request).await {
            Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
            Ok(_) | Err(_) => Err(Untold),
        }
    }
}
