using BenchmarkDotNet.Running;

// In this process: a project that BenchmarkDotNet makes for each benchmark would be built under the rules of this repository.
// Example: dotnet run -c Release --project load/Benchmarks -- --filter '*Signature*' --job short
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args, "--inProcess"]);
