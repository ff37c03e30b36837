//! Where the previews of pull requests are deployed.

use serde_json::Value;

use super::address;

/// What GitHub is asked, in GraphQL: the deployments of the newest commit of each open pull request.
pub const PREVIEWS: &str = "query($owner:String!,$name:String!){repository(owner:$owner,name:$name){\
pullRequests(states:OPEN,first:100,orderBy:{field:CREATED_AT,direction:DESC}){nodes{number commits(last:1){nodes{commit{\
deployments(last:5){nodes{environment latestStatus{state environmentUrl}}}}}}}}}}";

/// The numbers of pull requests, each with the address at which its newest commit can be seen, of what
/// `gh api graphql` answers to [`PREVIEWS`]; what is not deployed or cannot be read is not among them.
///
/// # Errors
/// When it is no JSON.
pub fn read_previews(told: &str) -> Result<Vec<(u64, String)>, serde_json::Error> {
    let told: Value = serde_json::from_str(told)?;
    let nodes = |value: &Value| value["nodes"].as_array().cloned().unwrap_or_default();
    let pulls = nodes(&told["data"]["repository"]["pullRequests"]);
    let found = pulls.iter().filter_map(|pull| {
        let commits = nodes(&pull["commits"]);
        let deployments = nodes(&commits.last()?["commit"]["deployments"]);
        Some((pull["number"].as_u64()?, deployments.iter().rev().find_map(deployed_at)?))
    });
    Ok(found.collect())
}

fn deployed_at(deployment: &Value) -> Option<String> {
    let status = &deployment["latestStatus"];
    let environment = deployment["environment"].as_str().unwrap_or_default().to_lowercase();
    let is_there = status["state"] == "SUCCESS" && !environment.contains("production");
    address(&status["environmentUrl"]).filter(|_| is_there)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_deployment_that_is_there_is_the_preview() {
        let pull = |number: u64, deployments: &str| {
            format!(
                r#"{{"number":{number},"commits":{{"nodes":[{{"commit":{{"deployments":{{"nodes":[{deployments}]}}}}}}]}}}}"#
            )
        };
        let one = |environment: &str, state: &str, url: &str| {
            format!(
                r#"{{"environment":"{environment}","latestStatus":{{"state":"{state}","environmentUrl":"{url}"}}}}"#
            )
        };
        let told = [
            pull(
                7,
                &[
                    one("Preview", "SUCCESS", "https://a.dev"),
                    one("Preview", "FAILURE", "https://b.dev"),
                ]
                .join(","),
            ),
            pull(8, &one("Production", "SUCCESS", "https://live.dev")),
            pull(9, &one("Preview", "SUCCESS", "javascript:alert(1)")),
            pull(10, r#"{"environment":"Preview","latestStatus":null}"#),
            r#"{"number":11,"commits":{"nodes":[]}}"#.to_owned(),
            "3".to_owned(),
        ];
        let told = format!(
            r#"{{"data":{{"repository":{{"pullRequests":{{"nodes":[{}]}}}}}}}}"#,
            told.join(",")
        );
        assert_eq!(read_previews(&told).unwrap(), [(7, "https://a.dev".to_owned())]);
        assert_eq!(read_previews(r#"{"data":null,"errors":[]}"#).unwrap(), []);
        assert!(read_previews("").is_err());
    }
}
