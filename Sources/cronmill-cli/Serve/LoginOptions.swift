internal import ArgumentParser
internal import ConsoleRequest
internal import Cronmill
internal import Glibc

/// How people log in to the console.
struct LoginOptions: ParsableArguments {
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case once, password
    }

    @Option(help: "By an address that works once, as the role of the connection; or each by a role and its password.")
    var login = Kind.once
    @Option(
        help: ArgumentHelp("Write the address that logs in to a new file.", valueName: "file"),
        completion: .file()
    )
    var loginFile: String?
    @Flag(help: "Let who follows that address act: pause, resume, redrive, cancel, purge, acknowledge.")
    var actions = false
    @Option(help: ArgumentHelp("Field of the head in which a proxy names the user.", valueName: "name"))
    var userHeader: String?
    @Option(
        help: ArgumentHelp("File of users, each with its service of libpq's.", valueName: "file"),
        completion: .file()
    )
    var userMap: String?

    /// - Parameter place: where it listens.
    func check(_ place: ListeningOptions.Place) throws {
        guard (userHeader == nil) == (userMap == nil) else {
            throw ValidationError("--user-header and --user-map belong together.")
        }
        if let userHeader {
            guard case .socket = place else {
                throw ValidationError("--user-header takes --listen unix:/path: who comes by a port can say anything.")
            }
            guard userHeader.wholeMatch(of: /[A-Za-z0-9-]+/) != nil else {
                throw ValidationError("--user-header is the name of a field, as in X-Forwarded-User.")
            }
        }
        guard userHeader == nil && login == .once || loginFile == nil && !actions else {
            throw ValidationError(
                "Who logs in by a role of his own may do what that role may: "
                    + "--login-file and --actions are about the address that works once."
            )
        }
        guard userHeader == nil || login == .once else {
            throw ValidationError("Either the proxy says who it is (--user-header), or a password does.")
        }
    }

    /// - Throws: `CronmillError` for a map that cannot be read, or that others can write.
    func kind() throws -> ConsoleRequest.Login {
        if let userHeader, let userMap { return .proxy(field: userHeader, services: try Self.services(userMap)) }
        return login == .password ? .password : .once(mayAct: actions)
    }

    /// Lines of a user, a blank and the service's name; `#` begins a comment.
    private static func services(_ path: String) throws -> [String: String] {
        let text = try OwnFile.text(path, notFor: 0o022, "others can write")
        var services: [String: String] = [:]
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            guard words.count == 2, services.updateValue(String(words[1]), forKey: String(first)) == nil else {
                throw CronmillError(
                    .usage,
                    "line \(number + 1) of \(path) is not a user, a blank and a service, or names a user again"
                )
            }
        }
        return services
    }
}
