import Glibc
import Postgres
import Subprocess
import SystemPackage

/// A session that enqueues as `Producer` does, in a client that nobody here wrote: psycopg, in a process of its own.
struct PsycopgProducer: Sendable {
    let fixture: ChaosFixture
    let ledger: Ledger
    let seed: UInt64
    let number: Int
    let hasPoison: Bool
    /// The path of a Python that has psycopg.
    let python: String

    /// The program it runs.
    private static let program =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        .joined(separator: "/") + "/Clients/producer.py"

    /// Enqueues until it is cancelled.
    func run() async {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            return ledger.note(surprise: "no socket pair for a psycopg producer: errno \(errno)")
        }
        let (input, end) = (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
        // What was sent is not cancelled, and its answer is waited for: only the end of its input ends the program.
        await withTaskCancellationHandler {
            await Task.detached { await work(input) }.value
        } onCancel: {
            close(end.rawValue)
        }
    }

    private func work(_ input: FileDescriptor) async {
        let database = ChaosFixture.databases[number % ChaosFixture.databases.count]
        do {
            let result = try await Subprocess.run(
                .path(FilePath(python)),
                arguments: [
                    Self.program, database, String(seed), String((number + 1) * 1_000_000_000),
                    hasPoison ? Producer.firstDeed(number).rawValue : "",
                ],
                environment: .custom(
                    Dictionary(
                        uniqueKeysWithValues: (["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"]
                            .merging(fixture.variables) { $1 }).map {
                                (Environment.Key(stringLiteral: $0.key), $0.value)
                            }
                    )
                ),
                workingDirectory: "/",
                input: .fileDescriptor(input, closeAfterSpawningProcess: true),
                output: .sequence,
                error: .combinedWithOutput
            ) { execution in
                for try await line in execution.standardOutput.strings() { note(line, database) }
            }
            if !result.terminationStatus.isSuccess {
                ledger.note(surprise: "a psycopg producer ended with \(result.terminationStatus)")
            }
        } catch {
            ledger.note(surprise: "a psycopg producer: \(error)")
        }
    }

    /// Takes one line of what it says; whatever is not understood, such as a traceback, is a surprise.
    private func note(_ line: String, _ database: String) {
        let words = line.split(separator: "\t").map(String.init)
        if words.count == 6, words[0] == "entry", let first = Int(words[2]), let last = Int(words[3]), first <= last,
            let deed = Workload.Deed(rawValue: words[4]), let fate = Ledger.Fate(rawValue: words[5])
        {
            ledger.note(
                .init(database: database, queue: words[1], numbers: first...last, deed: deed, fate: fate)
            )
        } else {
            ledger.note(surprise: words.count == 2 && words[0] == "surprise" ? words[1] : line)
        }
    }
}
