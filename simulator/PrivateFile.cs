namespace PaymentPipeline.Simulator;

/// <summary>Files that only their owner may read.</summary>
internal static class PrivateFile
{
    public static void Write(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var unfinished = path + ".new";
        using (var writer = new StreamWriter(unfinished, options)) writer.Write(text);
        File.Move(unfinished, path, overwrite: true);
    }
}
