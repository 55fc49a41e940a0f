namespace AnalyticsGraph.GraphQL.Fuzz.Running;

/// <summary>Makes inputs, each from its number alone, and tries them. Used by several threads at once.</summary>
internal interface IFuzzer
{
    /// <summary>What the inputs are called.</summary>
    string Name { get; }

    /// <summary>The input of a number: the same bytes whenever it is asked for.</summary>
    byte[] Make(long number);

    /// <summary>Tries an input.</summary>
    /// <returns>What went wrong; null if nothing did.</returns>
    string? Try(long number, byte[] input);

    /// <summary>What else is worth telling at the end.</summary>
    string Remarks { get; }
}
