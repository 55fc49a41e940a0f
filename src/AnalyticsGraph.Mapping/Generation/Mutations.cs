using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Generation;

/// <summary>Generates the inputs, payloads, error unions and fields of the mutations that follow from <c>@writable</c>. The errors themselves, and <c>KeyValueInput</c>, are the SDL's.</summary>
internal static class Mutations
{
    private const string Invalid = "InvalidInputError";
    private const string NotFound = "NotFoundError";
    private const string NotActive = "NotActiveError";
    private const string NameTaken = "NameTakenError";
    private const string VersionConflict = "VersionConflictError";
    private const string InUse = "InUseError";
    private const string TokenConflict = "ClientTokenConflictError";

    /// <summary>The field of the mutation type.</summary>
    public static FieldDefinitionNode FieldOf(MutationModel mutation)
    {
        var field = Sdl.Field(
            mutation.Name, Sdl.Required(mutation.PayloadType), Describe(mutation), Sdl.Input("input", Sdl.Required(mutation.TypeName("Input")), "What and how."));
        return new FieldDefinitionNode(field.Description, field.Name, field.Arguments, field.Type, [Sdl.Directive("cost", ("weight", new StringValueNode("10")))]);
    }

    /// <summary>The types that the field needs.</summary>
    public static IEnumerable<TypeDefinitionNode> TypesOf(MutationModel mutation)
    {
        var error = mutation.TypeName("Error");
        yield return Sdl.InputObject(mutation.TypeName("Input"), $"What `{mutation.Name}` takes.", Inputs(mutation));
        yield return new UnionTypeDefinitionNode(
            Sdl.Described($"What can be wrong with `{mutation.Name}`."), new NameNode(error), [], [.. ErrorsOf(mutation).Select(Sdl.Named)]);
        yield return Sdl.Object(
            mutation.PayloadType,
            $"What came of `{mutation.Name}`.",
            Sdl.Field(mutation.EntityField, Sdl.Named(mutation.Entity.Table.TypeName), "The record as it is now; null if there are errors."),
            Sdl.Field("errors", new NonNullTypeNode(Sdl.ListOf(error)), "What is wrong; empty if it was done."));
    }

    private static string Describe(MutationModel mutation)
    {
        var type = mutation.Entity.Table.TypeName;
        return mutation.Kind switch
        {
            MutationKind.Create => $"Creates a record of {type}.",
            MutationKind.Update => $"Changes a record of {type}. What is left out stays as it is; null takes a value away.",
            MutationKind.Delete => $"Deletes a record of {type}{With(mutation.Entity)}. It can be restored.{Unless(mutation.Entity)}",
            MutationKind.Restore => $"Restores a deleted record of {type}{With(mutation.Entity)}{(mutation.Entity.Cascade.IsEmpty ? "" : ", as far as they were deleted with it")}.",
            MutationKind.SetPairs => $"Sets `{mutation.Pairs!.Input}` of a {type}: those of the same key are replaced, others stay.",
            _ => $"Removes `{mutation.Pairs!.Input}` of a {type} by their keys; a key that is not there is no error.",
        };
    }

    private static string With(WritableModel entity) => entity.Cascade.IsEmpty ? "" : $" and with it {List(entity.Cascade)}";

    private static string Unless(WritableModel entity) => entity.Restrict.IsEmpty ? "" : $" Not while it has {List(entity.Restrict)} in use.";

    private static string List(IEnumerable<RelationField> relations) => string.Join(" and ", relations.Select(relation => $"its `{relation.Name}`"));

    private static IEnumerable<InputValueDefinitionNode> Inputs(MutationModel mutation)
    {
        var entity = mutation.Entity;
        if (mutation.Kind != MutationKind.Create)
        {
            yield return Sdl.Input(entity.KeyInput, Sdl.Required("ID"), entity.IsPart ? $"The {entity.KeyType} it belongs to." : "Which one.");
        }

        foreach (var field in mutation.Kind switch { MutationKind.Create => entity.Create, MutationKind.Update => entity.Update, _ => [] })
        {
            var isRequired = field.IsRequired && mutation.Kind == MutationKind.Create;
            TypeNode type = field switch
            {
                WritableColumn column => Sdl.Named(column.TypeName),
                WritableReference => Sdl.Named("ID"),
                _ => Sdl.ListOf("KeyValueInput"),
            };
            yield return Sdl.Input(field.Input, isRequired ? new NonNullTypeNode(type) : type, field.Description + (field is WritablePairs ? FormattableString.Invariant($" At most 100, texts up to {field.Check.Length:N0} characters.") : Limits(field.Check)));
        }

        if (mutation.Kind is MutationKind.Update or MutationKind.Delete or MutationKind.Restore)
        {
            yield return Sdl.Input("version", Sdl.Named("Long"), "The `rowVersion` that was read: if it is another one by now, nothing is changed.");
        }
        else if (mutation.Kind == MutationKind.SetPairs)
        {
            yield return Sdl.Input(mutation.Pairs!.Input, new NonNullTypeNode(Sdl.ListOf("KeyValueInput")), "What to set, at most 100.");
        }
        else if (mutation.Kind == MutationKind.DeletePairs)
        {
            yield return Sdl.Input("keys", new NonNullTypeNode(Sdl.ListOf("String")), "Whose keys, at most 100.");
        }

        yield return Sdl.Input("clientToken", Sdl.Named("String"), "Makes the call safe to repeat; up to 128 characters.");
    }

    private static string Limits(FieldCheck check) => !check.In.IsEmpty ? "" : (check.Length, check.Min, check.Max) switch
    {
        ({ } length, _, _) => FormattableString.Invariant($" Up to {length:N0} characters."),
        (_, { } min, { } max) => FormattableString.Invariant($" From {min} to {max}."),
        (_, { } min, _) => FormattableString.Invariant($" At least {min}."),
        (_, _, { } max) => FormattableString.Invariant($" At most {max}."),
        _ => "",
    };

    private static IEnumerable<string> ErrorsOf(MutationModel mutation)
    {
        var entity = mutation.Entity;
        var isNew = mutation.Kind == MutationKind.Create;
        yield return Invalid;
        if (!isNew || entity.Create.Any(field => field is WritableReference))
        {
            yield return NotFound;
            yield return NotActive;
        }

        if (mutation.Kind is MutationKind.Create or MutationKind.Update && !entity.Unique.IsEmpty)
        {
            yield return NameTaken;
        }

        if (mutation.Kind is MutationKind.Update or MutationKind.Delete or MutationKind.Restore)
        {
            yield return VersionConflict;
        }

        if (mutation.Kind == MutationKind.Delete && !entity.Restrict.IsEmpty)
        {
            yield return InUse;
        }

        yield return TokenConflict;
    }
}
