using System.Collections;
using AnalyticsGraph.GraphQL.Validation;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace AnalyticsGraph.Server.Hosting;

/// <summary>Finds settings whose names are misspelt, which would be ignored without a word.</summary>
internal static class SettingNames
{
    private const string Connections = "ConnectionStrings";

    private static readonly string[] ConnectionNames = ["Postgres", "ClickHouse"];

    private static readonly string[] Sections = [Connections, .. typeof(ServerLimits).GetProperties().Select(property => property.Name)];

    /// <summary>
    /// Makes sure that the files and the command line name no store that there is not, and no section that is one of ours but for a letter. Other sections are .NET's or nobody's, and what the environment
    /// names may be meant for another program.
    /// </summary>
    /// <param name="configuration">The configuration.</param>
    /// <exception cref="SettingException">They do; the message names the setting.</exception>
    public static void Check(IConfigurationRoot configuration)
    {
        foreach (var provider in configuration.Providers.Where(provider => provider is not EnvironmentVariablesConfigurationProvider))
        {
            foreach (var name in Unknown(provider.GetChildKeys([], null), Sections))
            {
                if (Suggestions.Nearest(name, Sections, most: 1) is [var section, ..])
                {
                    throw new SettingException($"{name} is no section of this server's settings. Did you mean {section}?");
                }
            }

            if (Unknown(provider.GetChildKeys([], Connections), ConnectionNames).FirstOrDefault() is { } store)
            {
                throw new SettingException($"{Connections}:{store} is no setting of this server: the stores' are {string.Join(" and ", ConnectionNames.Select(known => $"{Connections}:{known}"))}.");
            }
        }
    }

    /// <summary>Makes sure that a section names only what its options have.</summary>
    /// <param name="section">The section.</param>
    /// <param name="options">The type of its options.</param>
    /// <exception cref="SettingException">It names something else; the message has the name in full, and the one that it is near.</exception>
    public static void Check(IConfigurationSection section, Type options)
    {
        // What code alone can give, such as a function, is no setting.
        var known = options.GetProperties().Where(property => property.SetMethod is not null && !typeof(Delegate).IsAssignableFrom(property.PropertyType))
            .ToDictionary(property => property.Name, property => property.PropertyType, StringComparer.OrdinalIgnoreCase);
        foreach (var child in section.GetChildren())
        {
            if (!known.TryGetValue(child.Key, out var type))
            {
                var hint = Suggestions.Nearest(child.Key, known.Keys) is [var nearest, ..] ? $" Did you mean {section.Path}:{nearest}?" : "";
                throw new SettingException($"{child.Path} is no setting of this server.{hint} docs/limits.md lists them.");
            }

            // The entries of a list have numbers for names.
            if (!typeof(IEnumerable).IsAssignableFrom(type))
            {
                Check(child, type);
            }
        }
    }

    private static IEnumerable<string> Unknown(IEnumerable<string> names, string[] known) => names.Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase));
}
