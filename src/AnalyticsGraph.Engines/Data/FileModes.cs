namespace AnalyticsGraph.Engines.Data;

/// <summary>The permissions that files and folders of the engines are made with.</summary>
internal static class FileModes
{
    internal const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>0700.</summary>
    internal const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>0711: others pass through.</summary>
    internal const UnixFileMode PassThrough = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>0755.</summary>
    internal const UnixFileMode Program = PassThrough | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
}
