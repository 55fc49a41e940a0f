using System.Net.Sockets;
using AnalyticsGraph.Server.Hosting;
using Microsoft.AspNetCore.Connections;

namespace AnalyticsGraph.Server.Cli;

/// <summary>What <c>--urls</c> may be, and why an address cannot be listened on.</summary>
internal static class ListenAddresses
{
    private const string Example = "Give one such as --urls http://127.0.0.1:5080";

    /// <summary>Makes sure that every address is one. Kestrel takes what it cannot read for a host's name, and listens on all interfaces then.</summary>
    /// <param name="urls">The addresses, separated by semicolons.</param>
    /// <exception cref="SettingException">One is none.</exception>
    public static void Check(string urls)
    {
        var addresses = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (addresses.Length == 0)
        {
            throw new SettingException($"There is no address to listen on. {Example}");
        }

        foreach (var address in addresses)
        {
            Check(address, Parse(address));
        }
    }

    /// <summary>Why the server cannot listen and what to do; null where the exception is about something else.</summary>
    /// <param name="exception">What Kestrel threw.</param>
    /// <param name="urls">The addresses, unless Kestrel's own settings have others.</param>
    /// <param name="configuration">The settings.</param>
    public static string? Explain(Exception exception, string urls, IConfiguration configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Where(endpoint => endpoint["Url"] is not null).ToList();
        var (addresses, setting) = endpoints.Count == 0
            ? (urls, "--urls http://127.0.0.1:PORT")
            : (string.Join(';', endpoints.Select(endpoint => endpoint["Url"])), $"set {string.Join(" or ", endpoints.Select(endpoint => $"{endpoint.Path}:Url"))}, which counts in place of --urls");
        return exception switch
        {
            IOException { InnerException: AddressInUseException } or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
                $"The address {addresses} is taken by another program. Stop it, or listen elsewhere: {setting}",
            SocketException { SocketErrorCode: SocketError.AccessDenied } => $"This user may not listen on {addresses}; ports below 1024 need a privilege. Listen elsewhere: {setting}",
            SocketException or IOException { InnerException: SocketException or AggregateException } =>
                $"The server cannot listen on {addresses}: {exception.GetBaseException().Message.TrimEnd('.')}. The address must be one of this machine: {setting}",
            _ => null,
        };
    }

    private static BindingAddress Parse(string address)
    {
        try
        {
            return BindingAddress.Parse(address);
        }
        catch (FormatException fault)
        {
            throw new SettingException($"'{address}' is no address to listen on. {Example}", fault);
        }
    }

    private static void Check(string text, BindingAddress address)
    {
        if (!address.Scheme.Equals("http", StringComparison.OrdinalIgnoreCase))
        {
            throw new SettingException($"The server cannot listen on '{text}': it speaks plain http, and leaves https to a proxy in front of it. {Example}");
        }

        if (address.IsUnixPipe)
        {
            return;
        }

        if (address.Port is < 0 or > ushort.MaxValue || (address.Host is not ("*" or "+") && Uri.CheckHostName(address.Host) == UriHostNameType.Unknown))
        {
            throw new SettingException($"'{text}' is no address to listen on: its host or port is none. {Example}");
        }

        if (address.Port == 0 && address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            throw new SettingException($"'{text}': a free port is taken (0) on an IP address only, for localhost has two. Give one such as --urls http://127.0.0.1:0");
        }

        if (address.PathBase.Length > 0)
        {
            throw new SettingException($"'{text}' has a path; the graph is at /graphql of an address without one. {Example}");
        }
    }
}
