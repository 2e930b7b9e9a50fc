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

    private struct Look: Encodable {
        var cookie: String
        var pages: [String]
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
                    let pressed = try await Self.script("press-console", JSONEncoder().encode(request))
                    #expect(pressed.output == "Cronmill\nDone\nLog in\n", "\(pressed.errors)")
                    #expect(try await fixture.rows("select paused from cronmill.processor") == ["t"])

                    let cookie = try #require(try await console.logIn("ann", "secret of ann").last)
                    let look = Look(
                        cookie: String(cookie.dropFirst("Cookie: ".count)),
                        pages: ["resume?db=shop&processor=work", "logout", "login"].map { console.address + $0 }
                    )
                    let faults = try await Self.script("browse-console", JSONEncoder().encode(look))
                    #expect(faults.output == "" && faults.exitCode == 0, "\(faults)")
                }
            }
        }
    }

    private static func script(_ name: String, _ input: Data) async throws -> ProgramResult {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try await ProgramResult.of(
            folder.appendingPathComponent("scripts/\(name)").path,
            [],
            environment: [:],
            input: Array(input)
        )
    }
}
