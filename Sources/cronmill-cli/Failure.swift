internal import ArgumentParser
internal import Cronmill
internal import Postgres
internal import PrivateServer

/// Errors as the user reads them: message, detail, hint on standard error, and an exit code.
enum Failure: Error {
    /// A command that has said what there is to say.
    case reported(ExitStatus)

    /// Writes an error and gives the exit code that goes with it.
    static func report(_ error: any Error, to output: Output = Output(terminal: .current)) -> ExitStatus {
        switch error {
        case Failure.reported(let status):
            return status
        case is CancellationError:
            output.endProgress()
            output.report("interrupted")
            return .interrupted
        case let error as CronmillError:
            output.report(error.message, detail: error.detail, hint: error.hint)
            return switch error.kind {
            case .usage: .usage
            case .failed: .failed
            case .unreachable: .unreachable
            }
        case let error as PostgresError:
            return report(error, to: output)
        case let error as InvalidLine:
            if error.isJSON {
                output.report(
                    "line \(error.number): \(error.reason)",
                    detail: [error.detail, "Nothing was enqueued."].compactMap { $0 }.joined(separator: " "),
                    hint: error.hint
                )
            } else {
                output.report(
                    "line \(error.number) is not JSON",
                    detail: error.reason,
                    hint: "Every line is one JSON value. Nothing was enqueued."
                )
            }
            return .failed
        case let error as SettingsError:
            output.report(error.message, hint: error.hint)
            return .usage
        case let error as EnvironmentFileError:
            output.report(error.description)
            return .usage
        case let error as PrivateServerError:
            output.report(error.message, hint: error.hint)
            return .failed
        case let error as OutputError:
            if let message = error.message { output.report(message) }
            return error == .readerGone ? .readerGone : .failed
        default:
            let code = CronmillCommand.exitCode(for: error)
            if code == ExitCode.success { CronmillCommand.exit(withError: error) }
            output.endProgress()
            output.report(CronmillCommand.sentence(for: error), hint: CronmillCommand.helpCommand(for: error))
            return ExitStatus(rawValue: code.rawValue) ?? .failed
        }
    }

    private static func report(_ error: PostgresError, to output: Output) -> ExitStatus {
        let whereabouts = error.database.map { "in database \"\($0)\"" }
        let code = error.sqlState.map { "SQLSTATE \($0)" }
        switch error.kind {
        case .connection:
            output.report(error.ownLines, detail: nil, hint: error.connectionHint)
            return error.sqlState == .adminShutdown ? .failed : .unreachable
        case .server, .client:
            let source = [whereabouts, code].compactMap { $0 }.joined(separator: ", ")
            let detail = [error.detail, source.isEmpty ? nil : "(\(source))"].compactMap { $0 }.joined(separator: " ")
            output.report(error.message, detail: detail.isEmpty ? nil : detail, hint: error.hint ?? error.ownHint)
            return .failed
        }
    }
}

extension CronmillCommand {
    /// What ArgumentParser says, as PostgreSQL would: lower case first, no full stop.
    fileprivate static func sentence(for error: any Error) -> String {
        var text = message(for: error)
        if text.last == ".", !text.dropLast().contains(". ") { text.removeLast() }
        let second = text.dropFirst().first
        return second?.isLowercase == true || second == " " ? text.prefix(1).lowercased() + text.dropFirst() : text
    }

    /// The line of its message that says where the help is, as a command.
    fileprivate static func helpCommand(for error: any Error) -> String? {
        let text = fullMessage(for: error)
        guard let start = text.firstRange(of: "  See '"), let end = text[start.upperBound...].firstIndex(of: "'")
        else { return nil }
        return String(text[start.upperBound..<end])
    }
}

extension PostgresError {
    /// The message without libpq's question whether the server runs, which the hint asks, too.
    fileprivate var ownLines: String {
        message.split(separator: "\n").filter { !$0.hasPrefix("\tIs the server running") }.joined(separator: "\n")
    }

    fileprivate var connectionHint: String? {
        switch sqlState {
        case SQLState.invalidCatalogName: "psql -l shows the databases there are."
        case SQLState.invalidPassword: "Set DB_PASSWORD (PG_CRON_PASSWORD), or use a password file: ~/.pgpass."
        case nil: "Is the server running there? Say where with --host and --port, or DB_HOST and DB_PORT."
        default: nil
        }
    }

    /// What to do about errors of the server that have no hint of their own.
    fileprivate var ownHint: String? {
        switch sqlState {
        case SQLState.insufficientPrivilege: "Connect as the role that did the set-up, or have it grant this."
        case SQLState.serializationFailure: "Somebody else changed the same thing at the same time: try again."
        default: nil
        }
    }
}
