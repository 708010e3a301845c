using System;
using System.IO;
using System.Reflection;
using System.Runtime.Loader;

namespace Fcemu
{
    /// <summary>
    /// Loads the function's assemblies, apart from ours. What the framework has comes from there, unless
    /// the function brings a newer one.
    /// </summary>
    internal sealed class Code : AssemblyLoadContext
    {
        private readonly string folder, main;
        private readonly string framework = AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "";
        private AssemblyDependencyResolver resolver; // made when it is needed; null without a .deps.json

        public Code(string folder, string assembly)
        {
            this.folder = folder;
            main = Path.Combine(folder, assembly);
            Default.Resolving += (context, name) => Load(name); // what the framework itself looks for by name
        }

        /// <summary>Returns an assembly by its simple name, null where the code has none.</summary>
        public Assembly Named(string name)
        {
            string path = Path.Combine(folder, name + ".dll");
            return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
        }

        protected override Assembly Load(AssemblyName name)
        {
            string theirs = InFramework(name.Name);
            string beside = Path.Combine(folder, name.CultureName ?? "", name.Name + ".dll");
            bool there = File.Exists(beside);
            if (theirs != null && !there)
            {
                return null;
            }
            string path = Resolver()?.ResolveAssemblyToPath(name) ?? (there ? beside : null);
            return path == null || theirs != null && Version(theirs) >= Version(path) ? null : LoadFromAssemblyPath(path);
        }

        private static Version Version(string path) => AssemblyName.GetAssemblyName(path).Version;

        /// <summary>Returns the path of the framework's assembly of that name, null without one.</summary>
        private string InFramework(string name)
        {
            string file = Path.DirectorySeparatorChar + name + ".dll";
            int end = framework.IndexOf(file + Path.PathSeparator, StringComparison.OrdinalIgnoreCase);
            if (end < 0)
            {
                return null;
            }
            int start = framework.LastIndexOf(Path.PathSeparator, end) + 1;
            return framework.Substring(start, end - start) + file;
        }

        /// <summary>Reads what the packages of the function have where.</summary>
        private AssemblyDependencyResolver Resolver()
        {
            if (resolver == null && File.Exists(main + ".deps.json") && File.Exists(main + ".dll"))
            {
                resolver = new AssemblyDependencyResolver(main + ".dll");
            }
            return resolver;
        }

        protected override IntPtr LoadUnmanagedDll(string name)
        {
            string path = Resolver()?.ResolveUnmanagedDllToPath(name);
            foreach (string shape in new[] { name, name + ".so", "lib" + name + ".so", "lib" + name, name + ".dylib", "lib" + name + ".dylib" })
            {
                string beside = Path.Combine(folder, shape);
                path = path ?? (File.Exists(beside) ? beside : null);
            }
            return path == null ? IntPtr.Zero : LoadUnmanagedDllFromPath(path);
        }
    }
}
