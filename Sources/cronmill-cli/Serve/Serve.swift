internal import ArgumentParser
internal import ConsoleRequest
internal import Cronmill
internal import Glibc
internal import Postgres

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show all work databases in the browser; metrics and health for machines.",
        discussion: """
            Starts cronmill-serve, which lies beside cronmill, and becomes it. On a terminal
            it says an address that works once and logs the browser in, as the role of the
            connection: to look, and with --actions to act. Without --database and DB_NAME
            it is about all work databases that are registered.

            /healthz, /readyz and /api/v1/health need no log-in, and say little without;
            /metrics is for Prometheus. See docs/console.md.

            Examples:
              cronmill serve
              cronmill serve --listen 127.0.0.1:8080 --metrics-token-file token
              cronmill serve --database shop --login-file login.url
              cronmill serve --login password --behind-tls-proxy --base-path /cronmill
            """
    )

    @OptionGroup(title: "Listening") var listening: ListeningOptions
    @Option(
        help: ArgumentHelp("File with the token that /metrics is read with.", valueName: "file"),
        completion: .file()
    )
    var metricsTokenFile: String?
    @Flag(help: "Tell by histograms in /metrics, too, how long tasks wait and take: 26 series a processor more.")
    var histograms = false
    @OptionGroup(title: "Log-in") var login: LoginOptions
    @Flag(help: "Answer at /api/postgresql/ and /actuator/, too, which other programs ask for.")
    var aliases = false
    @Option(
        // A negative number is no option.
        parsing: .unconditional,
        help: ArgumentHelp("How many standbys there have to be: one that is lost leaves no trace.", valueName: "n")
    )
    var expectStandbys: Int?
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if let expectStandbys, !(0...1_000).contains(expectStandbys) {
            throw ValidationError("--expect-standbys is a number from 0 to 1000.")
        }
        let place = try listening.place()
        try login.check(place)
        if case .port(_, 0) = place, connection.quiet, login.loginFile == nil {
            throw ValidationError("Nobody would learn the port: --quiet takes a port of your choice, or --login-file.")
        }
    }

    func run() async throws {
        var (deployment, databases) = try Context.resolve(connection, databases: asked.all ? nil : asked.database)
        deployment.onNotice = { _ in }
        var request = ConsoleRequest(cron: deployment.cron.parameters, work: deployment.work.parameters)
        request.exceptions = deployment.exceptions.mapValues(\.parameters)
        request.databases = databases.isEmpty ? nil : databases
        switch try listening.place() {
        case .port(let address, let port): (request.address, request.port) = (address, port)
        case .socket(let path): request.socket = path
        }
        (request.hosts, request.base) = (listening.allowHost, listening.basePath)
        request.isBehindTLS = listening.behindTlsProxy
        request.metricsToken = try metricsTokenFile.map(Self.token)
        request.loginFile = login.loginFile
        request.login = try login.kind()
        request.servesAliases = aliases
        request.hasHistograms = histograms
        request.expectedStandbys = expectStandbys
        (request.isVerbose, request.isQuiet) = (connection.verbose, connection.quiet)
        try Self.become(request)
    }

    /// The first line of a file that is not for everybody.
    private static func token(_ path: String) throws -> String {
        let token = try OwnFile.text(path, notFor: 0o007, "others can read or write").firstLine
        guard token.utf8.count >= 16, token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw CronmillError(
                .usage,
                "\(path) holds no token: one line of 16 characters or more, without blanks",
                hint: "openssl rand -hex 16"
            )
        }
        return token
    }

    /// Ends as the other program does: it is the same process.
    private static func become(_ request: ConsoleRequest) throws {
        let program = try path()
        guard access(program, X_OK) == 0 else {
            throw CronmillError(
                .failed,
                "there is no \(program)",
                detail: "The console is a program of its own, which belongs beside cronmill.",
                hint: "swift build --product cronmill-serve, or make install"
            )
        }
        let descriptor: Int32
        do throws(ConsoleRequest.Failure) {
            descriptor = try request.handOver()
        } catch {
            throw CronmillError(.failed, error.message)
        }
        let arguments: [UnsafeMutablePointer<CChar>?] = [strdup(program), strdup(String(descriptor)), nil]
        // Handlers end with this program; what is ignored, and what is blocked in threads of Swift's pool, would stay.
        signal(SIGPIPE, SIG_DFL)
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        execv(program, arguments)
        throw CronmillError(.failed, "cannot start \(program): \(String(cString: strerror(errno)))")
    }

    /// Beside this program, wherever a link to it is.
    private static func path() throws -> String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw CronmillError(.failed, "cannot find out where this program is") }
        let own = String(decoding: buffer.prefix(count), as: UTF8.self)
        return own.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/cronmill-serve"
    }
}
