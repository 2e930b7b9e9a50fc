import SQLFiles
import Testing

@testable import Cronmill

/// What the files of `sql/` say of themselves.
@Suite("SQL files")
struct SQLFileTests {
    /// One file that makes functions, of one name, of one half.
    private struct Routine {
        let path: String
        let name: String
        /// What its comments say of who executes it.
        let executors: [String]
        /// The comments' words.
        let words: Set<String>
    }

    /// Words of the command line that are names of functions, too.
    private static let commands = ["run", "fail", "alarms", "cancel", "dead", "deliver", "thresholds"]

    /// Files of a half, without comments and literals, by path.
    private static func code(of half: String) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: SQLFile.all.filter { $0.path.hasPrefix("\(half)/") && $0.path.hasSuffix(".sql") }.map
            { file in
                let lines = file.text.split(separator: "\n").filter { line in
                    let line = line.drop { $0 == " " }
                    return !["--", "comment on ", "revoke ", "grant "].contains { line.hasPrefix($0) }
                }
                return (file.path, lines.joined(separator: "\n").replacing(/'(?:[^']|'')*'/, with: "''"))
            }
        )
    }

    private static func routines(of half: String) throws -> [Routine] {
        let header = /create or replace (?:function|procedure) [a-z_]+\.([a-z_]+)/
        return try SQLFile.all.filter { $0.path.hasPrefix("\(half)/") }.compactMap { file in
            let names = Set(file.text.matches(of: header).map { String($0.output.1) })
            guard !names.isEmpty else { return nil }
            let file = file
            let name = try #require(names.count == 1 ? names.first : nil, "\(file.path) makes \(names.sorted())")
            let comments = file.text.split(separator: "\n").filter { $0.hasPrefix("--") }
                .map { $0.drop { $0 == "-" }.drop { $0 == " " } }.joined(separator: " ")
            let executors = comments.split(separator: "Executed by: ").dropFirst()
                .map { String($0.prefix { $0 != "." }) }
            let words = executors.flatMap { $0.split { !$0.isLetter && $0 != "_" && !$0.isNumber } }.map(String.init)
            return Routine(path: file.path, name: name, executors: executors, words: Set(words))
        }
    }

    @Test(
        "each file makes the functions of one name, which is its own, and an install.sql has it",
        arguments: ["work", "cron"]
    )
    func oneEach(half: String) throws {
        let listed = Set(try SQLScript(folder: half).files.map(\.path))
        for routine in try Self.routines(of: half) {
            let place = routine.path.split(separator: "/").dropFirst()
            #expect(place.last.map(String.init) == "\(routine.name).sql", "\(routine.path)")
            guard let folder = place.first, !["linked", "direct"].contains(folder) else { continue }
            #expect(listed.contains(routine.path), "\(routine.path)")
        }
    }

    @Test(
        "a function says what executes it: the functions and views that call it, or that they are many",
        arguments: ["work", "cron"]
    )
    func executors(half: String) throws {
        let schema = half == "work" ? "cronmill" : "cronmill_cron"
        let code = Self.code(of: half)
        let routines = try Self.routines(of: half)
        let names = Set(routines.map(\.name))
        for routine in routines {
            #expect(!routine.executors.isEmpty, "\(routine.path) does not say by whom it is executed")
            var callers: Set<String> = []
            for (path, text) in code where path != routine.path {
                guard text.contains("\(schema).\(routine.name)("),
                    !text.contains("execute function \(schema).\(routine.name)(")
                else { continue }
                let parts = path.dropLast(".sql".count).split(separator: "/")
                guard let caller = parts.last, caller != routine.name else { continue }
                callers.insert(String(caller))
            }
            let isMany = routine.executors.contains { $0.hasPrefix("many functions") }
            if isMany {
                #expect(callers.count > 6, "\(routine.path): \(callers.sorted())")
            } else {
                #expect(callers.subtracting(routine.words) == [], "\(routine.path) does not name these, which call it")
                let said = routine.words.intersection(names).subtracting(Self.commands + [routine.name])
                // What is called as a run-as role is called by text.
                guard routine.name != "as_role" else { continue }
                #expect(said.subtracting(callers) == [], "\(routine.path) names these, which do not call it")
            }
        }
    }

    @Test("no line has more than 100 columns, no file more than 150 lines")
    func size() {
        for file in SQLFile.all where file.path.hasSuffix(".sql") {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
            for (number, line) in lines.enumerated() where line.count > 100 {
                Issue.record("\(file.path):\(number + 1) has \(line.count) columns")
            }
            #expect(lines.count <= 151, "\(file.path) has \(lines.count) lines")
        }
    }
}
