import ArgumentParser
import Testing

@testable import cronmill_cli

/// What `--help` says.
@Suite("Help")
struct HelpTests {
    /// Every command with its name, those of commands of commands too.
    private static func commands() -> [(name: String, command: any ParsableCommand.Type)] {
        var found: [(name: String, command: any ParsableCommand.Type)] = []
        for command in CronmillCommand.configuration.subcommands {
            let name = command.configuration.commandName ?? "\(command)".lowercased()
            found.append((name, command))
            for nested in command.configuration.subcommands {
                found.append(("\(name) \(nested.configuration.commandName ?? "\(nested)".lowercased())", nested))
            }
        }
        return found
    }

    @Test("every command has an example that can be parsed")
    func examples() async throws {
        #expect(Self.commands().count >= 13)
        for (name, command) in Self.commands() {
            let help = CronmillCommand.helpMessage(for: command, columns: 200)
            let lines = help.replacing("\\\n", with: " ").split(separator: "\n")
            let examples = lines.filter { $0.contains("  cronmill \(name)") || $0.contains("| cronmill \(name)") }
            #expect(!examples.isEmpty, "\(name) has no example")
            for example in examples {
                guard let start = example.firstRange(of: "cronmill ") else { continue }
                let words = words(of: example[start.upperBound...])
                await #expect(throws: Never.self, "\(example)") {
                    _ = try await CronmillCommand.asyncParseAsRoot(words)
                }
            }
        }
    }

    @Test("migrate adopt, as it was called before, is migrate takeover")
    func alias() throws {
        for name in ["takeover", "adopt"] {
            let command = try CronmillCommand.parseAsRoot([
                "migrate", name, "--database", "shop", "--table", "app.jobs", "--undo",
            ])
            #expect(command is MigrateTakeOver, "\(name)")
        }
    }

    @Test("no line of an example is broken on a terminal of 80 columns")
    func width() {
        for command in Self.commands().map(\.command) + [CronmillCommand.self] {
            for line in command.configuration.discussion.split(separator: "\n") where line.hasPrefix("  ") {
                #expect(line.count <= 80, "\(command): \(line)")
            }
        }
    }

    /// The words of a command line, as far as examples use a shell's quotes.
    private func words(of line: Substring) -> [String] {
        line.split(separator: "'", omittingEmptySubsequences: false).enumerated().flatMap { position, piece in
            position.isMultiple(of: 2) ? piece.split(separator: " ").map(String.init) : [String(piece)]
        }
    }
}
