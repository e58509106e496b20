<?php
// Magento 2, Adobe Commerce, Mage-OS: recognised by bin/magento and app/etc/di.xml; its edition, its version, its logs.
//
// The version is what composer.lock says, as Magento itself has it; where there is no lock, less sure sources follow.
// Modules and themes are in magento_modules.php, who administers it in magento_accounts.php.
//
// A site is array('root', 'env' and 'config' as sr_static has them). Facts add to it:
//   'lock', 'vendor'   package name => package, of composer.lock and of what is in vendor/; null where not known
//   'packages'         the better of the two, or empty
//   'foreign'          see sr_magento_foreign
//   'enabled'          module name => bool or null; null where not known
//   'prefix'           of the tables
//   'schemas'          see sr_magento_schemas

sr_platform('magento', array(
    'recognise' => 'sr_magento_recognise',
    'looks_for' => 'bin/magento and app/etc/di.xml, here, above a pub folder or below current',
    'facts' => 'sr_magento_facts',
    'logs' => 'sr_magento_logs',
));

function sr_magento_recognise($root, $options = array())
{
    $real = realpath($root);
    foreach (array($real, basename($real) === 'pub' ? dirname($real) : $real, "$real/current") as $try) {
        $home = realpath($try);
        if ($home !== false && @is_file("$home/bin/magento") && @is_file("$home/app/etc/di.xml")) {
            return array(
                'root' => $home,
                'env' => sr_static("$home/app/etc/env.php"),
                'config' => sr_static("$home/app/etc/config.php"),
            );
        }
    }
    return null;
}

function sr_magento_facts($site, SrAnswer $out)
{
    $site['lock'] = sr_magento_composer($site['root'] . '/composer.lock', $out);
    $site['vendor'] = sr_magento_composer($site['root'] . '/vendor/composer/installed.json', $out);
    $site['packages'] = $site['lock'] !== null ? $site['lock'] : (array) $site['vendor'];
    $site['foreign'] = sr_magento_foreign($site);
    $site['enabled'] = sr_magento_enabled($site, $out);
    $prefix = sr_pick($site['env'], array('return', 'db', 'table_prefix'), '');
    $site['prefix'] = is_string($prefix) ? $prefix : '';
    $db = sr_magento_database($site);
    foreach ($db instanceof SrGap ? array('software', 'accounts') : array() as $area) {
        $out->gap($area, 'database', $db->reason, $db->remedy, $db->cause);
    }
    $site['schemas'] = $db instanceof SrGap
        ? null
        : sr_guarded('reading setup_module', array('software'), 'sr_magento_schemas', array($site, $db, $out));
    $modules = sr_magento_modules($site, $out);
    sr_magento_core($site, $modules, $out);
    sr_magento_extensions($site, $modules, $out);
    sr_magento_code($modules, $out);
    sr_magento_themes($site['root'], $out);
    if (!$db instanceof SrGap) {
        sr_guarded('reading administrators', array('accounts'), 'sr_magento_accounts', array($site, $db, $out));
    }
}

/** Package name => version, type, require, files; of a composer.lock or an installed.json; null where there is none. */
function sr_magento_composer($path, SrAnswer $out)
{
    $text = sr_read($path, 16777216);
    if ($text === null) {
        if (sr_denied($path)) {
            $out->gap('software', basename($path), sr_why($path), sr_permission_remedy($path), sr_cause($path));
        }
        return null;
    }
    $read = json_decode($text, true, 64);
    $list = is_array($read) && isset($read['packages']) ? $read['packages'] : $read;
    if (!is_array($list)) {
        $out->gap('software', basename($path), "not a JSON document: $path", 'composer-install');
        return null;
    }
    $packages = array();
    foreach ($list as $package) {
        $name = sr_pick($package, array('name'), null);
        $version = sr_pick($package, array('version'), null);
        if (is_string($name) && is_string($version) && preg_match('#^[a-z0-9][\w.-]*/[a-z0-9][\w.-]*$#iD', $name)) {
            $packages[$name] = sr_magento_package($package, $version);
        }
    }
    return $packages;
}

function sr_magento_package(array $package, $version)
{
    $type = sr_pick($package, array('type'), 'library');
    $require = sr_pick($package, array('require'), array());
    $files = sr_pick($package, array('autoload', 'files'), array());
    return array(
        'version' => preg_replace('/^v(?=\d)/', '', sr_cap($version, 60)),
        'type' => is_string($type) ? $type : 'library',
        'require' => is_array($require) ? array_keys($require) : array(),
        'files' => is_array($files) ? array_filter($files, 'is_string') : array(),
    );
}

/** Module name => whether it is enabled, from app/etc/config.php; null, with a gap, where that is not known. */
function sr_magento_enabled($site, SrAnswer $out)
{
    $path = $site['root'] . '/app/etc/config.php';
    $modules = sr_pick($site['config'], array('return', 'modules'), null);
    if (is_array($modules)) {
        return array_map(function ($value) {
            return $value instanceof SrUnknown ? null : (bool) $value;
        }, $modules);
    }
    $why = $site['config'] === null ? sr_why($path) : "no list of modules in $path";
    $why = $modules instanceof SrUnknown ? "$path: " . $modules->reason : $why;
    $out->gap('software', 'enabled-modules', $why, sr_permission_remedy($path), sr_cause($path));
    return null;
}

function sr_magento_json($path)
{
    $read = json_decode((string) sr_read($path, 1048576), true, 64);
    return is_array($read) ? $read : array();
}

/** The version a composer.json states, or null. */
function sr_magento_json_version($path)
{
    $version = sr_pick(sr_magento_json($path), array('version'), '');
    $plain = is_string($version) && preg_match('/^v?(\d[\w.+-]{0,60})$/D', $version, $part);
    return $plain ? $part[1] : null;
}

/** The editions' packages and what people call them; an edition that contains another comes before it. */
function sr_magento_editions()
{
    return array(
        'magento/product-enterprise-edition' => 'Adobe Commerce',
        'mage-os/product-community-edition' => 'Mage-OS',
        'mage-os/product-minimal-edition' => 'Mage-OS (minimal)',
        'magento/product-community-edition' => 'Magento Open Source',
    );
}

/** The edition's package and its version from the best source that has one, as array(package, version or null). */
function sr_magento_edition($site)
{
    $json = sr_magento_json($site['root'] . '/composer.json');
    $require = sr_pick($json, array('require'), array());
    $wanted = array();
    foreach (is_array($require) ? $require : array() as $name => $version) {
        if (is_string($version) && preg_match('/^\d+\.\d+\.\d+([.-][\w.-]{1,40})?$/D', $version)) {
            $wanted[$name] = array('version' => $version);
        }
    }
    $self = sr_pick($json, array('name'), '');
    foreach (array($site['lock'], $wanted, $site['vendor']) as $place => $packages) {
        foreach (array_keys(sr_magento_editions()) as $name) {
            if (isset($packages[$name])) {
                return array($name, $packages[$name]['version']);
            }
        }
        // A checkout of Magento's own repository: the root is the product.
        if ($place === 0 && is_string($self) && preg_match('#^([\w-]+)/magento2([ce])e$#D', $self, $part)) {
            $vendor = $part[1] === 'mage-os' ? 'mage-os' : 'magento';
            $name = $vendor . '/product-' . ($part[2] === 'e' ? 'enterprise' : 'community') . '-edition';
            return array($name, sr_magento_json_version($site['root'] . '/composer.json'));
        }
    }
    return sr_magento_edition_on_disk($site['root'] . '/vendor');
}

/** The same from what lies in vendor/, where Composer left no list of it. */
function sr_magento_edition_on_disk($vendor)
{
    $edition = @is_dir("$vendor/magento/magento2-ee-base")
        ? 'magento/product-enterprise-edition'
        : 'magento/product-community-edition';
    $version = sr_magento_json_version("$vendor/magento/magento2-base/composer.json");
    $framework = (string) sr_magento_json_version("$vendor/magento/framework/composer.json");
    $lines = array('100.1' => '2.1', '101.0' => '2.2', '102.0' => '2.3', '103.0' => '2.4');
    if ($version === null && preg_match('/^(\d+\.\d+)\.(\d.*)$/D', $framework, $part) && isset($lines[$part[1]])) {
        $version = $lines[$part[1]] . '.' . $part[2];
    }
    if ($version === null && @is_dir("$vendor/mage-os")) {
        $edition = 'mage-os/product-community-edition';
        $version = sr_magento_json_version("$vendor/mage-os/magento2-base/composer.json");
        $version = $version === null ? sr_magento_json_version("$vendor/mage-os/framework/composer.json") : $version;
    }
    return array($edition, $version);
}

function sr_magento_core($site, array $modules, SrAnswer $out)
{
    list($package, $version) = sr_magento_edition($site);
    $titles = sr_magento_editions() + array($package => 'Mage-OS');
    $cloud = isset($site['packages']['magento/magento-cloud-metapackage']) ? ' (cloud)' : '';
    $unfinished = array_merge(
        sr_magento_drift($site, $package, $version),
        sr_magento_pending($site, $modules),
        sr_mage_maintenance($site['root'] . '/var/.maintenance.flag')
    );
    $out->software(array(
        'kind' => 'core',
        'key' => $package,
        'name' => $titles[$package] . $cloud,
        'version' => $version,
        'active' => true,
        'unfinished' => implode('; ', $unfinished),
        'update' => sr_remedy('magento-core', array('package' => $package)),
    ));
}

/** What composer.lock wants and vendor/ has not, of the core's own packages, in words: a list of one, or empty. */
function sr_magento_drift($site, $package, $version)
{
    if ($site['lock'] === null) {
        return array();
    }
    clearstatcache();
    $vendor = $site['root'] . '/vendor';
    if (!@file_exists($vendor)) {
        return array('vendor/ is missing: `composer install` has not been run');
    }
    $differing = array();
    foreach (array_diff_key($site['lock'], $site['foreign']) as $name => $wanted) {
        $difference = sr_magento_differs($site, $name);
        if ($difference !== '') {
            $differing[] = "$name: $difference";
        }
    }
    $base = $site['vendor'] !== null ? null : sr_magento_json_version("$vendor/magento/magento2-base/composer.json");
    if ($base !== null && isset($site['lock'][$package]) && $base !== $version) {
        $differing[] = "magento/magento2-base: composer.lock wants $version, vendor/ has $base";
    }
    $more = count($differing) > 3 ? ' and ' . (count($differing) - 3) . ' more' : '';
    if (!$differing) {
        return array();
    }
    $named = implode(', ', array_slice($differing, 0, 3)) . $more;
    return array("vendor/ is not what composer.lock says ($named): `composer install` has not been run");
}

/** How a package in vendor/ differs from the lock, in words, or ''. */
function sr_magento_differs($site, $name)
{
    if ($site['vendor'] === null || !isset($site['lock'][$name])) {
        return '';
    }
    $wanted = $site['lock'][$name];
    $has = isset($site['vendor'][$name]) ? $site['vendor'][$name]['version'] : 'none';
    // A metapackage has no files that could be missing.
    if ($has === $wanted['version'] || ($has === 'none' && $wanted['type'] === 'metapackage')) {
        return '';
    }
    return 'composer.lock wants ' . $wanted['version'] . ', vendor/ has ' . $has;
}

/** Where this Magento logs; debug.log is left out, as system.log and exception.log hold what is in it. */
function sr_magento_logs($site)
{
    $sources = sr_mage_logs($site['root'] . '/var/log', 'monolog', array('debug.log'));
    $folder = $site['root'] . '/var/report';
    // Reports may lie below folders of two hexadecimal digits; how deep, the web server's environment says and the disk
    // shows.
    for ($depth = 0, $below = $folder; $depth < 4 && $below !== null; $depth++) {
        $sources[] = sr_mage_source($folder . str_repeat('/*', $depth + 1), 'monolog', 'report-files');
        $nested = preg_grep('/^[0-9a-f]{2}$/D', (array) sr_list($below));
        $below = $nested ? $below . '/' . reset($nested) : null;
    }
    return $sources;
}
