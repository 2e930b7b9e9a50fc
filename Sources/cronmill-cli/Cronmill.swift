@main
struct CronmillCommand {
    static func main() {}
}
