using System.Runtime.CompilerServices;

namespace AnalyticsGraph.Tracking;

/// <summary>Checks what options are set to.</summary>
internal static class Setting
{
    /// <summary>The value, if it is not below the least.</summary>
    /// <param name="value">What is set.</param>
    /// <param name="least">The least that makes sense.</param>
    /// <param name="name">The option.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is less; the option is named.</exception>
    public static T AtLeast<T>(T value, T least, [CallerMemberName] string name = "")
        where T : IComparable<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        return value;
    }
}
