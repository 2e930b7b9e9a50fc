import Foundation
import SystemPackage
import Testing

extension ServedConsole {
    private struct Request: Encodable {
        var cookie: String
        var pages: [String]
        var axe: String?
    }

    /// What Chromium, and axe, find wrong with pages, a line each.
    ///
    /// - Parameter cookie: curl's options that send it.
    func faults(_ cookie: [String], _ pages: [String]) async throws -> String {
        let variables = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/tmp", "CI": ProcessInfo.processInfo.environment["CI"],
        ]
        .compactMapValues { $0 }
        let folder = Page.folder.appending(".build/axe").string
        let axe = try await ProgramResult.of(Self.script("make-axe"), [folder], environment: variables)
        try #require(axe.exitCode == 0, "\(axe.errors)")
        let request = Request(
            cookie: try Self.pair(cookie),
            pages: pages.map { address + $0 },
            axe: axe.output.isEmpty ? nil : axe.output.filter { $0 != "\n" }
        )
        return try await Self.browse("browse-console", request, environment: variables)
    }

    /// `name=value`.
    static func pair(_ cookie: [String]) throws -> String {
        String(try #require(cookie.last).dropFirst("Cookie: ".count))
    }

    /// What one of the programs says that drive Chromium.
    static func browse(
        _ name: String,
        _ request: some Encodable,
        environment: [String: String] = ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/tmp"]
    ) async throws -> String {
        let result = try await ProgramResult.of(
            script(name),
            [],
            environment: environment,
            input: Array(JSONEncoder().encode(request))
        )
        try #require(result.exitCode == 0, "\(result.errors)")
        return result.output
    }

    private static func script(_ name: String) -> String { Page.folder.appending("scripts/\(name)").string }
}
