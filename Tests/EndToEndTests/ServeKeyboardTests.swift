import Foundation
import Postgres
import Testing

/// The console as a browser has it, without a mouse and without JavaScript.
@Suite("Serve: keyboard", .timeLimit(.minutes(60)))
struct ServeKeyboardTests {
    private struct Request: Encodable {
        var address: String
        var role: String
        var password: String
        var action: String
    }

    private struct Watch: Encodable {
        var address: String
        var cookie: String
        /// Actions that are taken while it looks.
        var actions: [String]
    }

    @Test("by keyboard alone, and without JavaScript, a person logs in, pauses a processor and logs out")
    func keyboard() async throws {
        try await withServer { server in
            try await withDatabases(named: ["shop"], on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp("--enable")
                for role in ["console", "ann"] { try await server.makeRole(role) }
                #expect(try await fixture.cronmillHere("grant", "monitor", "console").exitCode == 0)
                #expect(try await fixture.cronmillHere("grant", "operator", "ann").exitCode == 0)
                try await ServedConsole.run(
                    server,
                    ["--login", "password"],
                    hasLoginFile: false,
                    environment: server.passwordEnvironment("console")
                ) { console in
                    let action = "pause?db=shop&processor=work"
                    let request = Request(
                        address: console.address,
                        role: "ann",
                        password: "secret of ann",
                        action: action
                    )
                    let pressed = try await ServedConsole.browse("press-console", request)
                    #expect(pressed == "Server\nDone\nLog in\n")
                    #expect(try await fixture.rows("select paused from cronmill.processor") == ["t"])

                    let cookie = try await console.logIn("ann", "secret of ann")
                    let faults = try await console.faults(cookie, ["login", "login?back=server"])
                    #expect(faults.isEmpty, "\(faults)")
                    // What changes is seen without the page being loaded again, or losing its place.
                    let watch = Watch(
                        address: console.address,
                        cookie: try ServedConsole.pair(cookie),
                        actions: ["resume?db=shop&processor=work", action]
                    )
                    let seen = try await ServedConsole.browse("watch-console", watch)
                    #expect(seen == "")
                }
            }
        }
    }
}
