internal import ArgumentParser
internal import Cronmill
internal import Postgres

/// What a shell offers for a word that names something: asked of the servers when TAB is pressed, and nothing, soon
/// and without a word, where they do not answer. Only names of plain ASCII are offered: bash expands what it is offered
/// (`compgen -W`), so that whoever may name a database or a queue could run commands in the shell of everybody who
/// presses TAB.
enum Completion {
    /// Work databases; for `setup` all there are.
    static let databases = CompletionKind.custom { (words: [String], _: Int, _: String) async -> [String] in
        await answer(words) { deployment, _ in
            try await words.contains("setup") ? deployment.connectableDatabases() : deployment.registeredDatabases()
        }
    }

    /// Processors of the databases on the line; of all registered ones where none is.
    static let processors = CompletionKind.custom { (words: [String], _: Int, _: String) async -> [String] in
        await answer(words) { deployment, databases in
            try await names(deployment, databases) { try await deployment.processorNames(in: $0) }
        }
    }

    /// Queues, likewise.
    static let queues = CompletionKind.custom { (words: [String], _: Int, _: String) async -> [String] in
        await answer(words) { deployment, databases in
            try await names(deployment, databases) { try await deployment.queueNames(in: $0) }
        }
    }

    /// Recurring templates, likewise.
    static let templates = CompletionKind.custom { (words: [String], _: Int, _: String) async -> [String] in
        await answer(words) { deployment, databases in
            try await names(deployment, databases) { try await deployment.recurringTemplates(in: $0).map(\.name) }
        }
    }

    private static func names(
        _ deployment: Deployment,
        _ databases: [String],
        _ ask: @escaping @Sendable (String) async throws -> [String]
    ) async throws -> [String] {
        let asked = databases.isEmpty ? try await deployment.registeredDatabases() : databases
        var names: Set<String> = []
        for result in await deployment.forEach(asked, ask) {
            if case .success(let found) = result.outcome { names.formUnion(found) }
        }
        return names.sorted()
    }

    private static func answer(
        _ words: [String],
        _ ask: @escaping @Sendable (Deployment, [String]) async throws -> [String]
    ) async -> [String] {
        do {
            return try await withThrowingTaskGroup(of: [String].self) { group in
                group.addTask {
                    var (deployment, databases) = try resolve(words)
                    deployment.onNotice = { _ in }
                    return try await ask(deployment, databases)
                }
                group.addTask {
                    try await Task.sleep(for: .seconds(2))
                    return []
                }
                defer { group.cancelAll() }
                return try await (group.next() ?? []).filter(\.isPlainInShell)
            }
        } catch {
            // A line that is being typed is often wrong, and there is nowhere to say so.
            return []
        }
    }

    /// The deployment and the databases that the flags on the line, the environment and the file name.
    private static func resolve(_ words: [String]) throws -> (Deployment, [String]) {
        let words = words.map(\.withoutShellQuotes)
        func values(of flag: String) -> [String] {
            words.indices.compactMap { index in
                if words[index] == flag { return words.dropFirst(index + 1).first }
                return words[index].hasPrefix(flag + "=") ? String(words[index].dropFirst(flag.count + 1)) : nil
            }
        }
        let known = [
            "--host", "--port", "--user", "--cron-host", "--cron-port", "--cron-user", "--cron-database", "--env-file",
        ]
        let given = known.flatMap { flag in values(of: flag).suffix(1).map { "\(flag)=\($0)" } }
        let options = try ConnectionOptions.parse(given)
        let databases = values(of: "--database").filter { !$0.isEmpty && !$0.hasPrefix("-") }
        return try Context.resolve(options, databases: databases)
    }
}

extension String {
    /// Whether shells take it for one word that stands for itself. Every byte is looked at: a letter of Unicode may be one
    /// with the backquote behind it, and what other letters are to a shell depends on its locale.
    fileprivate var isPlainInShell: Bool {
        guard let first = utf8.first, first != UInt8(ascii: "-") else { return false }
        return utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
    }

    /// A word as the shell will hand it on: bash gives it to a completion as it is typed.
    fileprivate var withoutShellQuotes: String {
        guard let quote = first, quote == "'" || quote == "\"" else { return replacing("\\", with: "") }
        let inner = dropFirst()
        return String(inner.last == quote ? inner.dropLast() : inner)
    }
}
