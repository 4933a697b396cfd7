use crate::auth::Role;
use crate::sample::Sample;
use axum::http::Request;
use serde_json::json;

#[tokio::test]
async fn a_key_is_text_and_keeps_its_zeros() {
    let sample = Sample::open().await;
    let id = sample.tenant().await;
    let viewer = sample.user(Role::Viewer).await;
    let found = viewer.get("/api/v1/tenants?key=0145483").await.json();
    assert_eq!((&found["tenants"][0]["key"], &found["tenants"][0]["id"]), (&json!("0145483"), &json!(id)));
    assert_eq!(viewer.get("/api/v1/tenants?q=clin").await.json()["tenants"][0]["name"], "Ward");
    assert_eq!(viewer.get("/api/v1/tenants?key=145483").await.json()["tenants"], json!([]));
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let sample = Sample::open().await;
    let id = sample.tenant().await;
    let lead = sample.user(Role::Lead).await;
    let path = format!("/api/v1/tenants/{id}");
    for body in [
        json!({"service": "oracle"}),
        json!({"key": " 1"}),
        json!({"region": "a/b"}),
        json!({"time_zone": "../etc"}),
        json!({"parameters": {"not a name": 1}}),
        json!({"customer": "nobody"}),
        json!({"data_sources": [{"name": ""}]}),
        json!({"data_sources": [{"name": "process"}, {"name": "Process"}]}),
    ] {
        assert_eq!(lead.patch(&path, &body).await.status, 400, "{body}");
    }
    assert_eq!(lead.patch(&path, &json!({"key": 145_483})).await.status, 422);
    let changed = lead.patch(&path, &json!({"parameters": {"LIMIT": 5}, "time_zone": "Europe/Berlin"})).await;
    assert_eq!(changed.json()["parameters"]["LIMIT"], 5);
}

#[tokio::test]
async fn a_retired_tenant_keeps_its_copies_and_gets_no_new_ones() {
    let sample = Sample::open().await;
    let id = sample.tenant().await;
    let (lead, hunter) = (sample.user(Role::Lead).await, sample.user(Role::Hunter).await);
    let (path, order) = (format!("/api/v1/tenants/{id}"), json!({"tenants": [id]}));
    let make = async || hunter.post("/api/v1/procedures/lsass/instances", &order).await;
    assert_eq!(make().await.status, 201);
    let sources = json!([{"name": "process", "retention_days": 90}, {"name": "netflow"}]);
    let retired = lead.patch(&path, &json!({"retired": true, "data_sources": sources})).await.json();
    assert!(retired["retired_at"].is_string() && retired["data_sources"] == sources, "{retired}");
    let refused = make().await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json()["refused"][0]["code"], "tenant-retired");
    for (query, count) in [("retired=yes", 1), ("retired=no", 0), ("region=mock&service=taegis", 1)] {
        let found = hunter.get(&format!("/api/v1/tenants?{query}")).await.json();
        assert_eq!(found["tenants"].as_array().unwrap().len(), count, "{query}");
    }
    let delete = async |id: &str| lead.send(Request::delete(format!("/api/v1/tenants/{id}"))).await;
    let kept = delete(&id).await;
    assert_eq!((kept.status.as_u16(), &kept.json()["type"]), (409, &json!("/problems/tenant-has-copies")));
    assert!(lead.get(&format!("/tenants/{id}")).await.text().contains("retired"));
    assert_eq!(lead.patch(&path, &json!({"retired": false})).await.json()["retired_at"], json!(null));
    assert_eq!(make().await.status, 201);
    let customer = hunter.get(&path.replace("/tenants/", "/tenants?customer=")).await;
    assert_eq!(customer.status, 200);
    let spare = json!({"customer": retired["customer"], "key": "2"});
    let spare = lead.post("/api/v1/tenants", &spare).await.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(hunter.send(Request::delete(format!("/api/v1/tenants/{spare}"))).await.status, 403);
    assert_eq!(delete(&spare).await.status, 204);
    assert_eq!(delete(&spare).await.status, 404);
}
