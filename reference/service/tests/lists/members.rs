//! The data of one member, read under a token that names the member.

use super::*;

/// A read with a token that is bound to the member of `bound`.
async fn read(service: &Service, client: &str, bound: &str, path: &str) -> Answer {
    let request = TokenRequest {
        client,
        audience: "payer-exchange",
        scopes: &[MEMBER_READ],
        issued_at: service.now_for_token(),
        lifetime: Duration::from_secs(300),
    };
    let bounds = Bounds {
        patient: Some(Masked::new(bound.to_owned())),
        ..Bounds::default()
    };
    let token = token::issue_bound(&service.key, &request, &bounds).unwrap();
    let url = Service::url(service.running.partner, path);
    Answer::of(
        service
            .http
            .get(url)
            .bearer_auth(token)
            .send()
            .await
            .unwrap(),
    )
    .await
}

#[tokio::test]
async fn everything_of_a_member_is_read_page_by_page_and_every_other_member_is_unknown() {
    for at in stores().await {
        let mut scene = Scene::new();
        scene.config.store = at.at.clone();
        let service = scene.with_control().start().await;
        let group = service.listed("contoso", &people(&[1, 2])).await;
        let own = records(&service, &group).await;
        let ids: Vec<&str> = own
            .iter()
            .map(|to| to.strip_prefix("Patient/").unwrap())
            .collect();
        let mut next = Some(format!("/Patient/{}/$everything?_count=25", ids[0]));
        let mut seen = BTreeSet::new();
        let mut pages = 0;
        while let Some(page) = next {
            let answer = read(&service, "contoso", ids[0], &page).await;
            assert_eq!(answer.status, 200, "{} {}", at.name, answer.text);
            let bundle = answer.json();
            assert_eq!(
                (&bundle["type"], &bundle["total"]),
                (&json!("searchset"), &json!(61))
            );
            for entry in bundle["entry"].as_array().unwrap() {
                seen.insert(entry["resource"].to_string());
            }
            let mut links = bundle["link"].as_array().unwrap().iter();
            let link = links.find(|link| link["relation"] == "next");
            next = link.map(|link| path(link["url"].as_str().unwrap()));
            pages += 1;
        }
        assert_eq!((pages, seen.len()), (3, 61));
        let claims = read(
            &service,
            "contoso",
            ids[0],
            &format!("/ExplanationOfBenefit?patient={}", ids[0]),
        )
        .await
        .json();
        assert_eq!(claims["total"], 60);
        assert!(
            claims["entry"]
                .as_array()
                .unwrap()
                .iter()
                .all(|entry| accepted("eob-nonfinancial", "1.0.0", &entry["resource"]))
        );
        let none = read(
            &service,
            "contoso",
            ids[0],
            &format!("/Condition?patient=Patient/{}", ids[0]),
        )
        .await
        .json();
        assert_eq!(none["total"], 0);

        for (client, bound, asked) in [
            ("contoso", ids[0], ids[1]),
            ("contoso", "pat-1", "pat-1"),
            ("northwind", ids[0], ids[0]),
        ] {
            let other = read(
                &service,
                client,
                bound,
                &format!("/Patient/{asked}/$everything"),
            )
            .await;
            assert_eq!((other.status, other.code().as_str()), (404, "auth"));
            assert!(!other.text.contains(asked));
        }
        let nobody = read(&service, "contoso", ids[0], "/ExplanationOfBenefit").await;
        assert_eq!(nobody.status, 404);
        let lost = json!([{"name": "consent", "params": {"member": Person::number(1).id, "status": "revoked"}}]);
        let set = service.control(Method::PUT, "states", &lost).await;
        assert!(set.status < 300, "{}", set.text);
        let refused = read(
            &service,
            "contoso",
            ids[0],
            &format!("/Patient/{}/$everything", ids[0]),
        )
        .await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (422, "consent-constraint")
        );
        assert!(!refused.text.contains("Patient/"));
    }
}
