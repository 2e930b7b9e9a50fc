import ArgumentParser
import Foundation
import SQLFiles
import Testing

@testable import Cronmill
@testable import cronmill_cli

/// What the documents list is what the program knows, no more and no less.
@Suite("Documents")
struct DocumentTests {
    private static func text(_ path: String) throws -> String {
        let top = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        return try String(contentsOf: top.appending(path: path), encoding: .utf8)
    }

    /// The names in code in the first column of a document's tables.
    private static func names(_ path: String, below heading: String) throws -> [String] {
        let text = try text(path)
        let start = try #require(text.firstRange(of: heading), "\(path) has no \(heading)").upperBound
        let rows = text[start...].split(separator: "\n").drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }
        return rows.flatMap { row in
            row.split(separator: "|").first.map { $0.matches(of: /`([^`]+)`/).map { String($0.output.1) } } ?? []
        }
    }

    @Test("every exit code is in the list of exit codes")
    func exitCodes() throws {
        let text = try Self.text("docs/commands.md").replacing("\n", with: " ")
        let start = try #require(text.firstRange(of: "Exit codes: ")).upperBound
        let list = text[start...].prefix { $0 != ";" }
        let codes = list.split(separator: ", ").compactMap { $0.split(separator: " ").first.flatMap { Int32($0) } }
        #expect(codes == ExitStatus.allCases.map(\.rawValue))
    }

    @Test("the table of alarms has those that the registry raises, and a threshold where there is one")
    func alarms() throws {
        let table = try #require(SQLFile.all.first { $0.path == "cron/tables/alarm.sql" }).text
        let check = try #require(table.firstRange(of: "check (kind in (")).upperBound
        let kinds = table[check...].prefix { $0 != ")" }.matches(of: /'([a-z]+)'/).map { String($0.output.1) }
        let documented = try Self.names("docs/operations.md", below: "## Alarms and housekeeping")
        #expect(Set(kinds) == Set(documented))
        #expect(documented.count == kinds.count)
        let rows = try Self.text("docs/operations.md").split(separator: "\n")
        for kind in documented {
            let row = try #require(rows.first { $0.hasPrefix("| `\(kind)` |") })
            let hasThreshold = row.split(separator: "|").last.map { $0.contains { $0 != " " } } ?? false
            #expect(hasThreshold == Threshold.ofAlarms.map(\.rawValue).contains(kind), "\(kind)")
        }
    }

    @Test("the tour names every verdict, in the order in which the first that is true is given")
    func verdicts() throws {
        let text = try Self.text("docs/tour.md").replacing("\n", with: " ")
        let start = try #require(text.firstRange(of: "gets the first verdict that is true of it: ")).upperBound
        let named = text[start...].matches(of: /\*([a-z]+)\*/).map { String($0.output.1) }
        #expect(named == Verdict.allCases.map(\.rawValue))
    }

    @Test("the table of commands has every command")
    func commands() throws {
        let documented = try Self.names("docs/commands.md", below: "# Commands").map {
            String($0.prefix { $0 != " " })
        }
        let known = CronmillCommand.configuration.subcommands.filter { $0.configuration.shouldDisplay }.map {
            $0.configuration.commandName ?? "\($0)".lowercased()
        }
        #expect(Set(documented) == Set(known))
    }
}
