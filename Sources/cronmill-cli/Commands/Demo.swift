internal import ArgumentParser

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show it all on a private server.")

    func run() async throws {}
}
