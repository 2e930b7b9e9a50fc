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

    /// The names in code in a column of a document's table.
    private static func names(_ path: String, below heading: String, column: Int = 0) throws -> [String] {
        let text = try text(path)
        let start = try #require(text.firstRange(of: heading), "\(path) has no \(heading)").upperBound
        let rows = text[start...].split(separator: "\n").drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }
        return rows.flatMap { row in
            row.split(separator: "|")[column].matches(of: /`([^`]+)`/).map { String($0.output.1) }
        }
    }

    /// The options that the help of a command names.
    private static func options(of command: any ParsableCommand.Type) -> Set<String> {
        let help = CronmillCommand.helpMessage(for: command, includeHidden: true, columns: 200)
        return Set(help.matches(of: /--[a-z][a-z-]*/).map { String($0.output) })
    }

    /// The command that words name, as far as they do.
    private static func command(_ words: [Substring]) -> any ParsableCommand.Type {
        var found: any ParsableCommand.Type = CronmillCommand.self
        for word in words {
            let next = found.configuration.subcommands.first {
                ($0.configuration.commandName ?? "\($0)".lowercased()) == word
                    || $0.configuration.aliases.contains(String(word))
            }
            guard let next else { break }
            found = next
        }
        return found.configuration.defaultSubcommand ?? found
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

    @Test("the table of what a task may have is what enqueue takes, on the command line and in SQL")
    func tasks() throws {
        let file = try #require(SQLFile.all.first { $0.path == "work/tasks/enqueue.sql" }).text
        let parameters = try #require(file.firstMatch(of: /(?s)cronmill\.enqueue\(\n(.*?)\n\)/)).output.1
            .split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
            .filter { !["queue", "payload"].contains($0) }
        let inSQL = try Self.names("docs/tasks.md", below: "# Tasks", column: 1).map {
            String($0.prefix { $0 != " " })
        }
        #expect(inSQL == parameters)
        let options = try Self.names("docs/tasks.md", below: "# Tasks").map { String($0.prefix { $0 != " " }) }
        // Given one by one there, and as a list here.
        #expect(options == parameters.map { "--" + ($0 == "tags" ? "tag" : $0.replacing("_", with: "-")) })
        #expect(Set(options).subtracting(Self.options(of: Enqueue.self)) == [])
    }

    @Test("every option in README and docs is one of the command it stands with, or of any where it stands alone")
    func options() throws {
        let top = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let docs = try FileManager.default.contentsOfDirectory(atPath: top.appending(path: "docs").path)
        var all: Set<String> = Self.options(of: CronmillCommand.self)
        for command in CronmillCommand.configuration.subcommands {
            all.formUnion(Self.options(of: command))
            for nested in command.configuration.subcommands { all.formUnion(Self.options(of: nested)) }
        }
        var count = 0
        for path in ["README.md"] + docs.filter({ $0.hasSuffix(".md") }).map({ "docs/\($0)" }) {
            let text = try Self.text(path).replacing("\\\n", with: " ")
            let code =
                text.matches(of: /`((?:cronmill |--)[^`\n]*)`/).map(\.output.1)
                + text.split(separator: "\n").filter { $0.hasPrefix("cronmill ") }
            for piece in code where piece.contains("--") {
                // What follows a pipe or a comment is not ours.
                let words = piece.prefix { $0 != "|" && $0 != "#" }.split(separator: " ")
                let isWhole = words.first == "cronmill"
                let known = isWhole ? Self.options(of: Self.command(Array(words.dropFirst()))) : all
                for option in words.map({ $0.prefix { $0 == "-" || $0.isLowercase } }) where option.hasPrefix("--") {
                    #expect(known.contains(String(option)), "\(path): \(piece)")
                    count += 1
                }
            }
        }
        #expect(count > 100)
    }

    @Test("what a comment of the code names of a document is a heading there")
    func citations() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources")
        var files = SQLFile.all.map { (path: $0.path, text: $0.text) }
        for path in try FileManager.default.subpathsOfDirectory(atPath: sources.path) where path.hasSuffix(".swift") {
            files.append((path: path, text: try Self.text("Sources/\(path)")))
        }
        var count = 0
        for file in files {
            let comments = Self.comments(file.text)
            #expect(!comments.contains("(ENGINE "), "\(file.path) names a section of no document")
            for citation in comments.matches(of: /docs\/([^ ,]+), ([^)]+)\)/) {
                let document = try Self.text("docs/\(citation.output.1)")
                #expect(document.contains("\n## \(citation.output.2)\n"), "\(file.path): \(citation.output.0)")
                count += 1
            }
        }
        #expect(count > 0)
    }

    /// The lines of a file that are comments, as one.
    private static func comments(_ text: String) -> String {
        text.split(separator: "\n").map { $0.drop { $0 == " " } }
            .filter { $0.hasPrefix("--") || $0.hasPrefix("//") }
            .map { $0.drop { $0 == "-" || $0 == "/" }.drop { $0 == " " } }
            .joined(separator: " ")
    }
}
