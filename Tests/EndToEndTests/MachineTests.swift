import Foundation
import Postgres
import SystemPackage
import Testing

/// The addresses for machines, as they are described, and by the names that people come with.
@Suite("Machines", .timeLimit(.minutes(60)))
struct MachineTests {
    @Test(
        "the description is OpenAPI 3.1, requests made up from it are answered as it says, and the other names lead there"
    )
    func described() async throws {
        let folder = try await ProgramResult.of("/bin/mktemp", ["-d"], environment: [:]).output.filter { $0 != "\n" }
        let token = "\(folder)/token"
        let written = try await ProgramResult.of(
            "/bin/sh",
            ["-c", "umask 077; printf 0123456789abcdef >\"$1\"", "sh", token],
            environment: [:]
        )
        try #require(written.exitCode == 0)
        let bearer = ["--header", "Authorization: Bearer 0123456789abcdef"]
        try await withServer { server in
            try await withDatabases(named: ["shop"], on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp("--enable")
                let arguments = ["--metrics-token-file", token, "--aliases", "--actions"]
                try await ServedConsole.run(server, arguments) { console in
                    try await eventually("all is seen", within: .seconds(30)) {
                        try await console.get("api/v1/health").body.contains("\"pass\"")
                    }
                    try await aliases(console, bearer)
                    try await clearing(console)
                    let top = Page.folder.string
                    let checked = try await ProgramResult.of(
                        "\(top)/scripts/check-openapi",
                        [console.address, token, "\(top)/.build/openapi-venv"],
                        environment: ["PATH": "/usr/bin:/bin", "HOME": folder, "LC_ALL": "C.UTF-8"]
                    )
                    #expect(checked.exitCode == 0, "\(checked.output)\(checked.errors)")
                }
            }
        }
        _ = try await ProgramResult.of("/bin/rm", ["-r", folder], environment: [:])
    }

    private func aliases(_ console: ServedConsole, _ bearer: [String]) async throws {
        for (alias, path) in [
            ("health", "api/v1/health"), ("healthz", "healthz"), ("docker", "api/v1/environment"),
            ("primary", "api/v1/server/primary"), ("replica", "api/v1/server/replica"),
            ("replication", "api/v1/replication"), ("replication/lag", "api/v1/replication/lag"),
            ("database/size", "api/v1/databases/size"), ("connections", "api/v1/connections"),
            ("alarms", "api/v1/alarms"),
        ] {
            let (one, other) = (
                try await console.get("api/postgresql/\(alias)", bearer), try await console.get(path, bearer)
            )
            #expect(
                one.status == other.status && one.fields["content-type"] == other.fields["content-type"],
                "\(alias)"
            )
        }
        for name in ["health", "health/liveness", "health/readiness"] {
            #expect(try await console.get("actuator/\(name)").body.contains("\"status\": \"UP\""), "\(name)")
        }
        #expect(try await console.get("actuator/metrics").status == 401)
        #expect(try await console.get("actuator/metrics", bearer).body.contains("\"cronmill_cron_up\""))
        let up = try await console.get("actuator/metrics/cronmill_cron_up", bearer).body
        #expect(up.contains("\"statistic\": \"VALUE\"") && up.contains("\"value\": 1.0"))
        #expect(try await console.get("actuator/metrics/none", bearer).status == 404)
        #expect(try await console.get("actuator/prometheus", bearer).body.contains("\ncronmill_cron_up 1\n"))
    }

    /// Acknowledging takes the token of a form, of who is logged in and may act.
    private func clearing(_ console: ServedConsole) async throws {
        let post = ["--data", "token=x"]
        #expect(try await console.get("api/postgresql/alarms/clear", post).status == 401)
        let cookie = try await console.logIn()
        #expect(try await console.get("api/postgresql/alarms/clear", cookie).status == 405)
        #expect(try await console.get("api/postgresql/alarms/clear", cookie + post).status == 403)
        let page = try await console.get("pause?db=shop&processor=work", cookie).body
        let form = try #require(page.firstMatch(of: /name="token" value="([0-9a-f]+)"/)).output.1
        let cleared = try await console.get("api/postgresql/alarms/clear", cookie + ["--data", "token=\(form)"])
        #expect(cleared.status == 200 && cleared.body.contains("\"acknowledged\": []"), "\(cleared.body)")
        #expect(
            try await console.get(
                "api/v1/alarms/acknowledge",
                cookie + post + ["--header", "Sec-Fetch-Site: cross-site"]
            )
            .status == 403
        )
    }
}
